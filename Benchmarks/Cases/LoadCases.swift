import Foundation
import Signet

/// Loading from disk: bfloat16 shards quantized on the way, and the 4-bit copy that `signet quantize` makes.
enum LoadCases {
    static var all: [BenchmarkCase] {
        [
            BenchmarkCase(name: "load", needsOwnProcess: true) { context in
                var shape = RandomLlama.llama8B
                shape.layerCount = 8
                shape.tiesWordEmbeddings = true
                let room = ShardedModelFolder.byteCount(shape) * 3 / 2
                try Disk.requireFree(room, in: FileManager.default.temporaryDirectory)
                return try withTemporaryFolder { try measured(shape, $0, context) }
            }
        ]
    }

    private static func measured(
        _ shape: LlamaConfiguration, _ folder: URL, _ context: BenchmarkContext
    ) throws -> [Measurement] {
        let files = try ShardedModelFolder.write(shape, to: folder)
        let bytes = ShardedModelFolder.byteCount(shape)
        let disk = Timing(seconds: try (0..<2).map { _ in try Disk.readingTime(files) })
        let diskSpeed = Measurement("load/disk, the same files", disk, .bytes(bytes))
        let location = try ModelLocation.open(folder)
        let (quantizing, overhead) = try loading(files, 2) {
            try LlamaModel(location, quantization: QuantizationSettings())
        }
        let copy = folder.appendingPathComponent("four-bit")
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: false)
        try location.writeFourBitWeights(QuantizationSettings(), to: copy)
        let copied = try ModelLocation.open(copy)
        let (cold, copyOverhead) = try loading(copied.files, 2) {
            try LlamaModel(copied, quantization: QuantizationSettings())
        }
        let warm = try Timing.of(context.repeats) { _ = try LlamaModel(copied, quantization: QuantizationSettings()) }
        return [
            diskSpeed,
            Measurement(
                "load/\(shape.layerCount) layers of Llama-3.1-8B, NF4 on load", quantizing, .bytes(bytes),
                limit: .measured(name: "disk", value: diskSpeed.value)),
            Measurement("load/peak memory beyond the result", overhead, unit: "GB"),
            Measurement("load/4-bit copy, files on disk", cold.seconds, unit: "s"),
            Measurement("load/4-bit copy, peak memory beyond the result", copyOverhead, unit: "GB"),
            Measurement("load/4-bit copy, files in memory", warm.seconds, unit: "s"),
        ]
    }

    /// Loads a model from files that no cache holds.
    ///
    /// - Returns: the times, and by how many GB the peak of resident memory rose above the model's bytes.
    private static func loading(
        _ files: [URL], _ repeats: Int, _ load: () throws -> LlamaModel
    ) throws -> (Timing, [Double]) {
        var seconds: [Double] = []
        var overheads: [Double] = []
        for _ in 0..<repeats {
            try Disk.forget(files)
            let before = try ResidentMemory.resetPeak()
            let began = ContinuousClock.now
            let model = try load()
            seconds.append((ContinuousClock.now - began) / .seconds(1))
            guard let peak = MemoryUsage().peakResidentBytes else { continue }
            overheads.append(Double(peak - before - model.weightBytes) / 1e9)
        }
        return (Timing(seconds: seconds), overheads)
    }
}
