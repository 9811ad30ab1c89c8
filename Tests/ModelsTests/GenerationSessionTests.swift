import ModelFiles
import Models
import Tensors
import Testing

@Suite("A generation session") struct GenerationSessionTests {
    /// A beginning of `length` tokens.
    private static func prefix(_ length: Int, _ kind: Int, _ model: LlamaModel) -> [Int32] {
        (0..<length).map { Int32(($0 * 11 + kind * 29 + 5) % model.configuration.vocabularySize) }
    }

    /// Requests that begin with one of two beginnings, or share nothing.
    private static func requests(_ model: LlamaModel, sharing: Bool, temperature: Float = 1.1) -> [GenerationRequest] {
        (0..<12).map { index in
            let shared = [Self.prefix(40, 0, model), Self.prefix(7, 1, model), []][index % 3]
            let length = [1, 5, 33, 12, 47][index % 5]
            let rest = (0..<length).map { Int32(($0 * 7 + index * 13 + 3) % model.configuration.vocabularySize) }
            return GenerationRequest(
                prompt: shared + rest, maximum: 3 + index % 7,
                sampler: Sampler(temperature: temperature, topP: 0.9, seed: UInt64(index)),
                sharedCount: sharing ? shared.count : 0)
        }
    }

    /// The results when each request is submitted after some steps of its own.
    private static func results(
        _ model: LlamaModel, _ requests: [GenerationRequest], slots: Int, arrivals: [Int]
    ) throws -> [[Int32]] {
        let session = GenerationSession(model: model, stopTokens: [], slots: slots)
        var results = [[Int32]](repeating: [], count: requests.count)
        var names: [Int: Int] = [:]
        var step = 0
        while names.count < requests.count || !session.isIdle {
            for index in requests.indices where arrivals[index] == step {
                names[session.submit(requests[index])] = index
            }
            for result in try session.step() { results[names[result.id]!] = result.tokens }
            step += 1
        }
        return results
    }

    @Test(
        "what comes of a request does not depend on when it joins, on what runs beside it or on who computed its beginning",
        arguments: ["plain", "smollm2"], [DType.float32, .bfloat16])
    func companyDoesNotMatter(name: String, compute: DType) async {
        // In a process of its own: other tests change the instruction set, and with it the last bits.
        await #expect(processExitsWith: .success) { [name, isNarrow = (compute == .bfloat16) as Bool] in
            let model = try LlamaModel(Golden(name).location, computeType: isNarrow ? .bfloat16 : .float32)
            for sharing in [false, true] {
                let requests = GenerationSessionTests.requests(model, sharing: sharing)
                let alone = try requests.map {
                    try GenerationSessionTests.results(model, [$0], slots: 1, arrivals: [0])[0]
                }
                for (slots, stride) in [(1, 0), (3, 1), (12, 0), (12, 2), (40, 5)] {
                    let arrivals = requests.indices.map { ($0 * 5 % 12) * stride }
                    let found = try GenerationSessionTests.results(model, requests, slots: slots, arrivals: arrivals)
                    #expect(found == alone, "\(slots) slots, one each \(stride) steps, sharing \(sharing)")
                }
            }
        }
    }

    @Test("a shared beginning gives the tokens that the whole prompt gives", arguments: ["plain", "llama3_rope"])
    func sharingIsExact(name: String) async {
        // In a process of its own, as above.
        await #expect(processExitsWith: .success) { [name] in
            let model = try LlamaModel(Golden(name).location, computeType: .float32)
            let both = try [true, false].map { sharing in
                try BatchGenerator(model: model, stopTokens: []).generate(
                    GenerationSessionTests.requests(model, sharing: sharing, temperature: 0))
            }
            #expect(both[0] == both[1])
        }
    }

    @Test("many different beginnings are forgotten and computed again")
    func manyPrefixes() async {
        // In a process of its own, as above.
        await #expect(processExitsWith: .success) {
            let model = try LlamaModel(Golden("plain").location, computeType: .float32)
            let requests = (0..<40).map { index in
                GenerationRequest(
                    prompt: GenerationSessionTests.prefix(9, index % 20, model) + [Int32(index)], maximum: 3,
                    sharedCount: 9)
            }
            let alone = try requests.map { try BatchGenerator(model: model, stopTokens: []).generate([$0])[0] }
            #expect(try BatchGenerator(model: model, stopTokens: [], slots: 4).generate(requests) == alone)
        }
    }

    @Test("a cancelled request gets no result, and the others the same as without it")
    func cancelling() async {
        // In a process of its own, as above.
        await #expect(processExitsWith: .success) {
            let model = try LlamaModel(Golden("plain").location, computeType: .float32)
            let requests = GenerationSessionTests.requests(model, sharing: true)
            let all = try BatchGenerator(model: model, stopTokens: []).generate(requests)
            let session = GenerationSession(model: model, stopTokens: [], slots: 4)
            for request in requests { _ = session.submit(request) }
            var results = try session.step()
            session.cancel(0)
            session.cancel(11)
            while !session.isIdle { results += try session.step() }
            #expect(Set(results.map(\.id)) == Set(1...10))
            for result in results { #expect(result.tokens == all[result.id]) }
        }
    }

    @Test("a result says whether a stop token has ended it")
    func stopping() async {
        // In a process of its own, as above.
        await #expect(processExitsWith: .success) { try GenerationSessionTests.stop() }
    }

    private static func stop() throws {
        let model = try LlamaModel(Golden("plain").location, computeType: .float32)
        let request = GenerationRequest(prompt: [1, 2, 3], maximum: 6)
        let free = try BatchGenerator(model: model, stopTokens: []).generate([request])[0]
        let stop = try #require(free.first { $0 != free[0] })
        for (stops, expected) in [(Set<Int32>(), free), ([stop], Array(free.prefix { $0 != stop }))] {
            let session = GenerationSession(model: model, stopTokens: stops)
            _ = session.submit(request)
            var results: [GenerationSession.Result] = []
            while !session.isIdle { results += try session.step() }
            #expect(results.map(\.tokens) == [expected] && results.map(\.isStopped) == [!stops.isEmpty])
        }
    }
}
