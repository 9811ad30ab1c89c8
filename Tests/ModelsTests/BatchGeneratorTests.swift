import Diagnostics
import Foundation
import ModelFiles
import Models
import Tensors
import TestSupport
import Testing

@Suite("Batched generation") struct BatchGeneratorTests {
    /// Prompts from one token to more than few rows, the tokens spread over the vocabulary.
    private static func requests(_ model: LlamaModel, _ count: Int, sampler: (Int) -> Sampler) -> [GenerationRequest] {
        (0..<count).map { index in
            let length = [1, 5, 12, 32, 33, 47][index % 6]
            let prompt = (0..<length).map { Int32(($0 * 7 + index * 13 + 3) % model.configuration.vocabularySize) }
            return GenerationRequest(prompt: prompt, maximum: 4 + index % 9, sampler: sampler(index))
        }
    }

    private static let samplers: [@Sendable (Int) -> Sampler] = [
        { _ in Sampler() }, { Sampler(temperature: 1.3, topP: 0.9, seed: UInt64($0)) },
    ]

    @Test(
        "sixteen requests at once give, token for token, what each gives alone",
        arguments: ["plain", "llama3_rope", "smollm2", "plain_nf4_nested"], [DType.float32, .bfloat16])
    func batchIsSingle(name: String, compute: DType) async {
        // In a process of its own: other tests change the instruction set, and with it the last bits.
        await #expect(processExitsWith: .success) { [name, isNarrow = (compute == .bfloat16) as Bool] in
            try BatchGeneratorTests.expectBatchIsSingle(name, isNarrow ? .bfloat16 : .float32)
        }
    }

    private static func expectBatchIsSingle(_ name: String, _ compute: DType) throws {
        let model = try LlamaModel(Golden(name).location, computeType: compute)
        for sampler in samplers {
            let requests = Self.requests(model, 16, sampler: sampler)
            // A token that some text contains, so that sequences end at different steps.
            let free = try BatchGenerator(model: model, stopTokens: []).generate(requests)
            let stop: Set<Int32> = [free[3][2]]
            let alone = try requests.map {
                try Generator(model: model, stopTokens: stop, sampler: $0.sampler).generate(
                    prompt: $0.prompt, maximum: $0.maximum)
            }
            #expect(Set(alone.map(\.count)).count > 1)
            for slots in [1, 3, 16] {
                let together = try BatchGenerator(model: model, stopTokens: stop, slots: slots).generate(requests)
                #expect(together == alone, "\(slots) slots")
            }
        }
    }

    @Test("tokens are told as they come, and a caller's refusal ends that request alone")
    func callback() throws {
        let model = try LlamaModel(Golden("plain").location, computeType: .float32)
        let requests = Self.requests(model, 5) { _ in Sampler() }
        let all = try BatchGenerator(model: model, stopTokens: []).generate(requests)
        var told = [[Int32]](repeating: [], count: requests.count)
        let found = try BatchGenerator(model: model, stopTokens: [], slots: 2).generate(requests) { request, token in
            told[request].append(token)
            return !(request == 3 && told[3].count == 2)
        }
        #expect(told == found)
        #expect(found[3] == Array(all[3].prefix(2)))
        for other in [0, 1, 2, 4] { #expect(found[other] == all[other]) }
    }

    @Test("a request for no tokens gets none, and no requests give no results")
    func nothing() throws {
        let model = try LlamaModel(Golden("plain").location, computeType: .float32)
        let generator = BatchGenerator(model: model, stopTokens: [])
        #expect(try generator.generate([]).isEmpty)
        let requests = [GenerationRequest(prompt: [1], maximum: 0), GenerationRequest(prompt: [1], maximum: 2)]
        #expect(try generator.generate(requests).map(\.count) == [0, 2])
    }
}
