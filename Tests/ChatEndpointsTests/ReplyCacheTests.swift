import Diagnostics
import EndpointTestServer
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ChatEndpoints

@Suite("Nothing is paid twice")
struct ReplyCacheTests {
    @Test("a reply is asked for once, in this process and the next")
    func once() async throws {
        try await EndpointBench.answering {
            .completion("reply \($0.index)")
        } test: { bench in
            for _ in 0..<3 {
                let endpoint = try bench.endpoint()
                #expect(try await endpoint.reply(to: question("a")).text == "reply 0")
                #expect(try await endpoint.reply(to: question("a")).text == "reply 0")
            }
            #expect(bench.server.requests.count == 1)
        }
    }

    @Test("every setting, message and seed makes another request; limits and prices do not")
    func addressing() async throws {
        try await EndpointBench.answering {
            .completion("reply \($0.index)")
        } test: { bench in
            let cache = try ReplyCache(bench.journal)
            let samplings = [
                SamplingSettings(), SamplingSettings(temperature: 0.5), SamplingSettings(topP: 0.5),
                SamplingSettings(maxTokens: 9), SamplingSettings(seed: 9),
            ]
            let first = try bench.endpoint(cache: cache)
            for sampling in samplings { _ = try await first.reply(to: question("a"), sampling: sampling) }
            _ = try await first.reply(to: question("b"))
            _ = try await bench.endpoint(cache: cache) { $0.model = "other" }.reply(to: question("a"))
            let seedless = try bench.endpoint(cache: cache) { $0.omittedParameters = [.seed] }
            for seed in [0, 1] as [UInt64] {
                _ = try await seedless.reply(to: question("a"), sampling: SamplingSettings(seed: seed))
            }
            #expect(bench.server.requests.count == 9)
            #expect(Set(bench.server.requests.map(\.identifier)).count == 9)
            let second = try bench.endpoint(cache: cache) {
                $0.maxConcurrentRequests = 1
                $0.requestsPerMinute = 10
                $0.promptTokenPrice = 1
                $0.maxRetries = 0
                $0.timeout = 5
            }
            #expect(try await second.reply(to: question("a")).text == "reply 0")
            #expect(bench.server.requests.count == 9)
        }
    }

    @Test("equal requests at the same time are sent once")
    func together() async throws {
        try await EndpointBench.answering {
            .completion("reply \($0.index)")
        } test: { bench in
            let endpoint = try bench.endpoint()
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<16 { group.addTask { try await endpoint.reply(to: question("a")).text } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(texts == Array(repeating: "reply 0", count: 16))
            #expect(bench.server.requests.count == 1)
            #expect(endpoint.usage.paid.replies == 1 && endpoint.usage.cached.replies == 15)
        }
    }

    @Test("a request under way when its task is cancelled is waited for and kept")
    func cancelled() async throws {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        try await EndpointBench.answering { _ in
            begin.yield()
            for await _ in released { break }
            return .completion("paid")
        } test: { bench in
            let cache = try ReplyCache(bench.journal)
            let endpoint = try bench.endpoint(cache: cache)
            let task = Task { try await endpoint.reply(to: question("a")) }
            for await _ in begun { break }
            task.cancel()
            release.yield()
            _ = try? await task.value
            #expect(await cache.count == 1)
            #expect(try await endpoint.reply(to: question("a")).text == "paid")
            #expect(bench.server.requests.count == 1)
        }
    }

    @Test("a request for which several wait goes on as long as one of them does")
    func sharedRequest() async throws {
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let reply = EndpointReply(text: "paid", finishReason: .stop, promptTokens: 1, completionTokens: 1)
        let shared = SharedRequest(
            Task {
                for await _ in released { break }
                try Task.checkCancellation()
                return .reply(reply)
            })
        #expect(shared.join())
        let callers = (0..<2).map { _ in Task { try await shared.outcome().get() } }
        callers[0].cancel()
        release.yield()
        #expect(try await callers[1].value == reply)
    }

    @Test("a request that all callers have given up is cancelled, and one that comes then asks anew")
    func givenUp() async throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let cache = try ReplyCache(folder.appendingPathComponent("replies.journal"))
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let asked = Mutex(0)
        let reply = EndpointReply(text: "second", finishReason: .stop, promptTokens: 1, completionTokens: 1)
        let make = { @Sendable () async throws -> EndpointReply in
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            guard number == 1 else { return reply }
            begin.yield()
            try await Task.sleep(for: .seconds(600))
            return EndpointReply(text: "first", finishReason: .stop, promptTokens: 1, completionTokens: 1)
        }
        let first = Task { try await cache.reply(to: "request", make) }
        for await _ in begun { break }
        first.cancel()
        #expect(try await cache.reply(to: "request", make).0 == reply)
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(asked.withLock { $0 } == 2)
    }

    @Test("a journal is used by one process at a time")
    func lock() async throws {
        try await EndpointBench.answering { _ in
            .silence
        } test: { bench in
            let cache = try ReplyCache(bench.journal)
            #expect(throws: InputError(.tryAgain, at: bench.journal.path, "is in use by another process")) {
                try ReplyCache(bench.journal)
            }
            _ = cache
        }
    }
}
