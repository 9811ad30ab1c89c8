import ChatEndpoints
import Diagnostics
import EndpointTestServer
import Foundation
import Testing

@Suite("Failures that pass")
struct RetryTests {
    typealias Answer = EndpointTestServer.Answer

    static let passing: [(String, Answer)] = [
        ("the server is overloaded", .error(500, "overloaded")),
        ("a gateway fails", .http(502, headers: ["Content-Type": "text/html"], "<html>Bad Gateway</html>")),
        ("the request timed out there", .error(408, "too slow")),
        ("a conflict", .error(409, "conflict")),
        ("too many requests", .error(429, "slow down")),
        ("the connection is cut midway", .cut),
        ("the connection ends without an answer", .hangUp),
        ("broken JSON", .http(200, headers: ["Content-Type": "application/json"], "{\"choices\": [")),
        ("a page instead of JSON", .http(200, headers: ["Content-Type": "text/html"], "<html>Welcome</html>")),
        ("JSON of another form", .json(["object": "list", "data": []])),
        ("no choices", .json(["choices": []])),
        ("an error in an answer of status 200", .error(200, "upstream failed")),
    ]

    @Test("a request is sent again, and answered", arguments: passing.indices)
    func passes(index: Int) async throws {
        let answer = Self.passing[index].1
        try await EndpointBench.answering {
            $0.index < 2 ? answer : .completion("fine")
        } test: { bench in
            let endpoint = try bench.endpoint()
            #expect(try await endpoint.reply(to: question("a")).text == "fine", "\(Self.passing[index].0)")
            #expect(bench.server.requests.count == 3)
            #expect(Set(bench.server.requests.map(\.identifier)).count == 1)
            #expect(endpoint.usage.requests == 3 && endpoint.usage.retries == 2 && endpoint.usage.paid.replies == 1)
        }
    }

    @Test("an endpoint that goes on failing is an error to try again, with what was found", arguments: passing.indices)
    func givesUp(index: Int) async throws {
        let answer = Self.passing[index].1
        try await EndpointBench.answering { _ in
            answer
        } test: { bench in
            let endpoint = try bench.endpoint { $0.maxRetries = 2 }
            let error = await #expect(throws: InputError.self) { try await endpoint.reply(to: question("a")) }
            #expect(error?.exitCode == .tryAgain)
            #expect(error?.place == "\(bench.server.baseURL)/chat/completions (model teacher)")
            #expect(error?.message.hasPrefix("expected a chat completion, found ") == true)
            #expect(error?.message.hasSuffix("the last of 3 times") == true)
            #expect(bench.server.requests.count == 3)
        }
    }

    @Test("a request without an answer in time is sent again")
    func timeout() async throws {
        try await EndpointBench.answering {
            $0.index == 0 ? .silence : .completion("late")
        } test: { bench in
            let endpoint = try bench.endpoint {
                $0.timeout = 1
                $0.maxRetries = 100
            }
            #expect(try await endpoint.reply(to: question("a")).text == "late")
            #expect(endpoint.usage.retries >= 1)
        }
    }

    @Test("a server that is not there is an error to try again")
    func nobody() async throws {
        try await EndpointBench.answering { _ in
            .hangUp
        } test: { bench in
            let endpoint = try bench.endpoint { $0.maxRetries = 1 }
            await bench.server.stop()
            let error = await #expect(throws: InputError.self) { try await endpoint.reply(to: question("a")) }
            #expect(error?.exitCode == .tryAgain)
            #expect(error?.message.contains("the last of 2 times") == true, "\(error?.message ?? "")")
        }
    }

    @Test(
        "the time that the server names is waited, where it is longer than the back-off",
        arguments: [
            (["Retry-After": "37"], 37.0), (["retry-after-ms": "90500"], 90.5),
            (["Retry-After": "Sun, 06 Nov 1994 08:51:17 GMT"], 100.0),
        ] as [([String: String], Double)])
    func retryAfter(headers: [String: String], seconds: Double) async throws {
        try await EndpointBench.answering {
            $0.index == 0 ? .error(429, "slow down", headers: headers) : .completion("fine")
        } test: { bench in
            _ = try await bench.endpoint().reply(to: question("a"))
            #expect(bench.clock.sleeps == [.seconds(seconds)])
        }
    }

    @Test("a server that asks for hours is not waited for")
    func hours() async throws {
        try await EndpointBench.answering { _ in
            .error(429, "come back", headers: ["Retry-After": "7200"])
        } test: { bench in
            let endpoint = try bench.endpoint()
            let error = await #expect(throws: InputError.self) { try await endpoint.reply(to: question("a")) }
            #expect(error?.exitCode == .tryAgain)
            #expect(error?.message.contains("to wait 7200 s") == true)
            #expect(bench.clock.sleeps.isEmpty && bench.server.requests.count == 1)
        }
    }

    @Test("waits grow from half a second to a minute, differ between requests and are the same in every run")
    func backOff() async throws {
        try await EndpointBench.answering { _ in
            .error(503, "down")
        } test: { bench in
            let endpoint = try bench.endpoint()
            _ = try? await endpoint.reply(to: question("a"))
            let first = bench.clock.sleeps
            #expect(first.count == 8)
            for (retry, wait) in first.enumerated() {
                let whole = Duration.seconds(min(60, 1 << retry))
                #expect(wait >= whole / 2 && wait <= whole)
            }
            _ = try? await endpoint.reply(to: question("a"))
            _ = try? await endpoint.reply(to: question("b"))
            #expect(Array(bench.clock.sleeps[8..<16]) == first)
            #expect(Array(bench.clock.sleeps[16...]) != first)
        }
    }
}
