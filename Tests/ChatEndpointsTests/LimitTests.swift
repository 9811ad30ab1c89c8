import EndpointTestServer
import Foundation
import Synchronization
import Testing

@testable import ChatEndpoints

@Suite("Limits of an endpoint")
struct LimitTests {
    @Test("spending is spread evenly, and idle time is not saved up")
    func pacer() {
        var pacer = Pacer(perMinute: 60)
        pacer.spend(1, at: .seconds(100))
        #expect(pacer.next == .seconds(101))
        pacer.spend(3, at: .seconds(101))
        #expect(pacer.next == .seconds(104))
        pacer.refund(2)
        #expect(pacer.next == .seconds(102))
        pacer.spend(1, at: .seconds(500))
        #expect(pacer.next == .seconds(501))
    }

    @Test("never more requests are under way than allowed, and that many are", arguments: [1, 3])
    func concurrency(limit: Int) async throws {
        let underWay = Mutex(0)
        try await EndpointBench.answering { _ in
            underWay.withLock { $0 += 1 }
            // The first ones wait for each other, so that the limit is reached whatever the machine does.
            while underWay.withLock({ $0 }) < limit { await Task.yield() }
            return .completion("fine")
        } test: { bench in
            let endpoint = try bench.endpoint {
                $0.maxConcurrentRequests = limit
                // However slow the machine is, no request is sent again.
                $0.timeout = 86_400
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<20 {
                    group.addTask { _ = try await endpoint.reply(to: question("\(index)")) }
                }
                try await group.waitForAll()
            }
            #expect(bench.server.requests.count == 20)
            #expect(bench.server.mostUnderWay == limit)
        }
    }

    @Test("requests a minute and tokens a minute hold requests back")
    func rates() async throws {
        try await EndpointBench.answering { _ in
            .completion("fine", promptTokens: 300, completionTokens: 100)
        } test: { bench in
            let endpoint = try bench.endpoint { $0.requestsPerMinute = 30 }
            for index in 0..<4 { _ = try await endpoint.reply(to: question("\(index)")) }
            #expect(bench.clock.sleeps == [.seconds(2), .seconds(2), .seconds(2)])
        }
        try await EndpointBench.answering { _ in
            .completion("fine", promptTokens: 300, completionTokens: 100)
        } test: { bench in
            let endpoint = try bench.endpoint { $0.tokensPerMinute = 600 }
            for index in 0..<3 { _ = try await endpoint.reply(to: question("\(index)")) }
            // What a reply really took counts, not what it was thought to take.
            #expect(bench.clock.sleeps == [.seconds(40), .seconds(40)])
        }
    }

    @Test("where the server asks for a pause, every request keeps it")
    func pause() async throws {
        let clock = ManualClock()
        let limiter = RequestLimiter(EndpointConfiguration(baseURL: "", model: ""), clock: clock.clock)
        await limiter.pause(for: .seconds(30))
        await limiter.pause(for: .seconds(10))
        let start = clock.now
        let begun = try await limiter.run(estimatedTokens: 1) { (clock.now, tokens: nil) }
        #expect(begun - start == .seconds(30))
    }

    @Test("a task that is cancelled while it waits takes no slot, and slots go on in order")
    func cancellation() async throws {
        let slots = Slots(1)
        try await slots.enter()
        let waiting = Task { try await slots.enter() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        let next = Task { try await slots.enter() }
        await slots.leave()
        try await next.value
    }
}
