import Foundation
import ModelFiles
import Models
import Tensors
import TestSupport
import Testing

/// How fast a model of several GB loads, printed, not judged: the disk and other processes have their part in it.
///
/// `SIGNET_LOADING_LAYERS=16 swift test --filter LoadingSpeedTests` makes a model of so many layers of Llama-3.1-8B (0.44
/// GB each, and 2.1 GB of embedding and head) in the temporary folder (`TMPDIR`) and its 4-bit copy beside it, and removes
/// both.
@Suite struct LoadingSpeedTests {
    private static let layers = ProcessInfo.processInfo.environment["SIGNET_LOADING_LAYERS"].flatMap { Int($0) }

    @Test(.enabled(if: layers != nil))
    func loading() throws {
        let synthetic = try SyntheticModel(
            layers: Self.layers!, hidden: 4096, feedForward: 14336, vocabulary: 128_256, keyValueHeads: 16, shards: 4)
        defer { synthetic.remove() }
        let bytes = synthetic.byteCount
        // Embedding and head are left where they are.
        let quantizedBytes = bytes - 2 * synthetic.largestByteCount
        print("a model of \(bytes / 1_000_000) MB")
        let copy = synthetic.folder.appendingPathComponent("copy")
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        for isCold in [true, false] {
            let state = isCold ? "from the disk" : "from the cache"
            if isCold { try SyntheticModel.dropFromCache(synthetic.folder) }
            try measure("reading alone, \(state)", bytes) { try read(synthetic.folder) }
            if isCold { try SyntheticModel.dropFromCache(synthetic.folder) }
            try measure("quantizing on load, \(state)", quantizedBytes) {
                let model = try LlamaModel(
                    ModelLocation.open(synthetic.folder), quantization: QuantizationSettings())
                print("the result takes \(model.weightBytes / 1_000_000) MB, embedding and head included")
            }
            if isCold { try SyntheticModel.dropFromCache(synthetic.folder) }
            try measure("writing the 4-bit copy, \(state)", bytes) {
                try ModelLocation.open(synthetic.folder).writeFourBitWeights(QuantizationSettings(), to: copy)
            }
        }
        for isCold in [true, false] {
            if isCold { try SyntheticModel.dropFromCache(copy) }
            try measure("mapping the copy, \(isCold ? "from the disk" : "from the cache")", bytes) {
                _ = try LlamaModel(ModelLocation.open(copy))
            }
        }
    }

    private func measure(_ what: String, _ bytes: Int, _ body: () throws -> Void) rethrows {
        ResidentMemory.resetPeak()
        let (before, cpu) = (ResidentMemory.now, clock())
        let wall = try ContinuousClock().measure(body) / .seconds(1)
        let processor = Double(clock() - cpu) / Double(CLOCKS_PER_SEC)
        let gigabytes = Double(bytes) / 1e9
        print(
            String(
                format: "%@: %.2f s, %.2f GB/s; %.3f s of processor a GB; resident memory at most %ld MB more", what,
                wall, gigabytes / wall, processor / gigabytes, (ResidentMemory.peak - before) / 1_000_000))
    }

    /// Reads the shards from end to end.
    private func read(_ folder: URL) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix("tensors") {
            let descriptor = open(folder.appendingPathComponent(name).path, O_RDONLY)
            while Foundation.read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
            close(descriptor)
        }
    }
}
