import Foundation
import Signet

/// Saves of a run with Llama-3.1-8B's adapter: rank 16 on the attention projections, with both moments.
enum CheckpointCases {
    static var all: [BenchmarkCase] {
        [
            BenchmarkCase(name: "checkpoint", needsOwnProcess: true) { context in
                try Disk.requireFree(2 << 30, in: FileManager.default.temporaryDirectory)
                return try withTemporaryFolder { try measured($0, context) }
            }
        ]
    }

    private static func measured(_ folder: URL, _ context: BenchmarkContext) throws -> [Measurement] {
        let adapters = adapters(RandomLlama.llama8B)
        let names = adapters.flatMap { ["adapter/\($0.module).lora_A", "adapter/\($0.module).lora_B"] }
        let optimizer = AdamW(parameters: adapters.flatMap { [$0.a.trackingGradient, $0.b.trackingGradient] })
        let copying = Timing.of(context.repeats) { _ = copies(optimizer, names) }
        let store = CheckpointStore(folder: folder, limit: 1)
        var (processor, step) = ([Double](), 0)
        let saving = try Timing.of(
            context.repeats, prepare: { copies(optimizer, names) },
            body: { tensors in
                step += 1
                let began = threadSeconds()
                try save(tensors, adapters.map(\.module), step: step, in: store)
                processor.append(threadSeconds() - began)
            })
        let bytes = try [store.checkpoints()[0].url.path, folder.path + "/adapter/adapter_model.safetensors"].map {
            (try FileManager.default.attributesOfItem(atPath: $0)[.size] as! NSNumber).intValue
        }.reduce(0, +)
        let writing = try Timing.of(context.repeats) {
            try Disk.write(bytes, to: folder.appendingPathComponent("plain"))
        }
        let disk = Measurement("checkpoint/disk, as many bytes written and flushed", writing, .bytes(bytes))
        return [
            Measurement("checkpoint/a step waits for the copy", copying.seconds.map { $0 * 1000 }, unit: "ms"),
            Measurement(
                "checkpoint/whole save beside it", saving, .bytes(bytes),
                limit: .measured(name: disk.name, value: disk.value)),
            Measurement("checkpoint/processor time of a save", processor, unit: "s"),
            disk,
        ]
    }

    /// What a step waits for.
    private static func copies(_ optimizer: AdamW, _ names: [String]) -> [NamedArray] {
        [("", optimizer.parameters), ("first/", optimizer.firstMoments), ("second/", optimizer.secondMoments)].flatMap {
            kind, tensors in
            zip(names, tensors).map { NamedArray(name: kind + $0, shape: $1.shape, values: $1.floats) }
        }
    }

    private static func adapters(_ shape: LlamaConfiguration) -> [(module: String, a: Tensor, b: Tensor)] {
        (0..<shape.layerCount).flatMap { layer in
            shape.projectionShapes.filter { $0.name.hasPrefix("self_attn") }.map { name, size in
                (
                    "model.layers.\(layer).\(name)", RandomBits.tensor([16, size[1]], .float32),
                    RandomBits.tensor([size[0], 16], .float32)
                )
            }
        }
    }

    /// What the thread of a run writes.
    private static func save(_ tensors: [NamedArray], _ modules: [String], step: Int, in store: CheckpointStore) throws
    {
        let identity = CheckpointIdentity(model: "", tokenizer: "", adapter: "", data: "", config: "")
        try store.save(TrainingState(step: step, tensors: tensors, identity: identity))
        let weights = modules.enumerated().map { index, module in
            let (a, b) = (tensors[2 * index], tensors[2 * index + 1])
            return PEFTAdapter.Weights(module: module, a: a.values, aShape: a.shape, b: b.values, bShape: b.shape)
        }
        try PEFTAdapter.save(
            weights, configuration: LoRAConfiguration(rank: 16), baseModel: nil,
            to: store.folder.appendingPathComponent("adapter"))
    }

    /// Seconds of processor time that this thread has had.
    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
