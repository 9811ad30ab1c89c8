import Foundation
import Layers
import ModelFiles
import TestSupport
import Testing

@testable import Models
@testable import Tensors

@Suite("Weights that processes of a host convert together")
struct SharedWeightsTests {
    private func logits(_ model: LlamaModel, _ golden: Golden) throws -> [Float] {
        let tokens = try golden.integers("tokens.1")
        return model.logits(tokens: tokens, plan: SegmentPlan(lengths: [tokens.count])).floats
    }

    /// The model's weights as processes would have them that each convert a share: the memory is mapped once for each.
    private func models(
        _ location: ModelLocation, _ type: DType, _ quantization: QuantizationSettings?, count: Int
    ) throws -> [LlamaModel] {
        let plan = try ConversionPlan(location, computeType: type, quantization: quantization)
        let first = try SharedMemory(byteCount: plan.byteCount)
        let memories = try [first] + (1..<count).map { _ in try SharedMemory(first.handle) }
        let weights = memories.map { SharedWeights(plan, in: $0) }
        for (index, weights) in weights.enumerated() { try weights.convert(location, share: index, of: count) }
        return try weights.map { weights in
            weights.protect()
            return try LlamaModel(location, computeType: type, quantization: quantization, shared: weights)
        }
    }

    @Test(
        "they are those that one process makes, to the bit, in every process and form", arguments: LlamaModelTests.names
    )
    func equal(name: String) throws {
        let golden = try Golden(name)
        let location = golden.location
        let forms: [QuantizationSettings?] =
            location.quantization != nil
            ? [nil]
            : [nil, QuantizationSettings(), QuantizationSettings(type: .fp4, blockSize: 32, doubleQuantized: false)]
        for form in forms {
            let alone = try LlamaModel(location, computeType: .float32, quantization: form)
            let expected = try logits(alone, golden)
            for model in try models(location, .float32, form, count: 3) {
                #expect(try logits(model, golden) == expected)
                #expect(model.weightBytes == alone.weightBytes)
                for projection in model.projections {
                    guard case .quantized(let matrix) = projection.weight else { continue }
                    #expect(!matrix.codes.storage.isWritable)
                }
            }
        }
    }

    @Test("shares are disjoint, complete and about equal")
    func shares() throws {
        let location = try Golden("plain").location
        let plan = try ConversionPlan(location, computeType: .float32, quantization: QuantizationSettings())
        #expect(plan.weights.count == 7 * location.configuration.layerCount)
        for count in [1, 2, 3, 5] {
            let shares = (0..<count).map { plan.share($0, of: count) }
            #expect(shares.joined().map(\.name).sorted() == plan.weights.map(\.name).sorted())
            let loads = shares.map { $0.reduce(0) { $0 + $1.shape.reduce(1, *) } }
            let largest = plan.weights.map { $0.shape.reduce(1, *) }.max()!
            #expect(loads.max()! - loads.min()! <= largest)
        }
    }

    @Test("what is used as it is stored is not among them")
    func stored() throws {
        #expect(try ConversionPlan(Golden("plain").location, computeType: .bfloat16, quantization: nil).byteCount == 0)
        #expect(
            try ConversionPlan(Golden("plain_nf4").location, computeType: .bfloat16, quantization: nil).byteCount == 0)
    }

    @Test("memory is found through its maker, by another mapping of the same bytes, and only by its own handle")
    func memory() throws {
        let memory = try SharedMemory(byteCount: 10_000)
        memory.bytes[9_999] = 7
        let other = try SharedMemory(memory.handle)
        #expect(other.bytes[9_999] == 7 && other.bytes.baseAddress != memory.bytes.baseAddress)
        other.bytes[0] = 3
        #expect(memory.bytes[0] == 3)
        try memory.reserve(0..<10_000)
        let another = try SharedMemory(byteCount: 10_000)
        let forged = SharedMemory.Handle(
            process: memory.handle.process, descriptor: another.handle.descriptor, device: memory.handle.device,
            file: memory.handle.file, byteCount: 10_000)
        let failure = #expect(throws: SharedMemory.Failure.self) { try SharedMemory(forged) }
        #expect(failure?.description.contains("is another one here") == true)
    }

    @Test("memory that the system does not give is refused with its reason")
    func refused() async throws {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let failure = #expect(throws: SharedMemory.Failure.self) { try SharedMemory(byteCount: 2 << 20) }
            #expect(failure?.description.contains("File too large") == true)
        }
    }

    @Test("weights that were converted cannot be written any more")
    func protection() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let memory = try SharedMemory(byteCount: 4096)
            memory.bytes[0] = 1
            memory.protect()
            memory.bytes[0] = 2
        }
    }
}
