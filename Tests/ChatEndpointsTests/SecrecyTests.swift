import Diagnostics
import EndpointTestServer
import Foundation
import Testing

@testable import ChatEndpoints

@Suite("What must not be seen")
struct SecrecyTests {
    @Test("a key that is missing, empty or no header's content is an error that names the variable only")
    func missing() async throws {
        try await EndpointBench.answering { _ in
            .silence
        } test: { bench in
            for environment in [[:], ["KEY": ""], ["KEY": "secret\nX-Other: 1"], ["KEY": "schlüssel"]] {
                var configuration = EndpointConfiguration(baseURL: bench.server.baseURL, model: "teacher")
                configuration.keyVariable = "KEY"
                let error = #expect(throws: InputError.self) {
                    try ChatEndpoint(configuration, cache: try ReplyCache(bench.journal), environment: environment)
                }
                #expect(error?.exitCode == .config && error?.place == "KEY")
                #expect(error?.description.contains("secret") == false && error?.description.contains("schl") == false)
            }
        }
    }

    @Test(
        "the key stands in no error, description or file, even where the server repeats it",
        arguments: [200, 400, 401, 413, 429, 500])
    func key(status: Int) async throws {
        try await EndpointBench.answering { request in
            .error(status, "You sent \(request.headers["authorization"] ?? "")", code: "context_length_exceeded")
        } test: { bench in
            let endpoint = try bench.endpoint { $0.maxRetries = 1 }
            let error = await #expect(throws: (any Error).self) { try await endpoint.reply(to: question("a")) }
            var shown = "\(error.map { "\($0)" } ?? "")\(String(reflecting: error)) \(endpoint.name)"
            dump(error, to: &shown)
            dump(endpoint, to: &shown)
            shown += String(decoding: try Data(contentsOf: bench.journal), as: UTF8.self)
            #expect(shown.contains("You sent Bearer [key]"))
            #expect(!shown.contains(EndpointBench.key))
        }
    }

    @Test("what a server repeats of a request stands in no error", arguments: [400, 413, 500])
    func text(status: Int) async throws {
        try await EndpointBench.answering { request in
            .error(status, "Invalid input: \(request.contents.joined())")
        } test: { bench in
            let endpoint = try bench.endpoint { $0.maxRetries = 0 }
            let error = await #expect(throws: (any Error).self) {
                try await endpoint.reply(to: question("I was born in Montreal and work as a nurse."))
            }
            #expect(error.map { "\($0)" }?.contains("Montreal") == false)
            #expect(error.map { "\($0)" }?.contains("a message that repeats the request") == true)
        }
    }

    @Test("the key is sent to no address but the one that is named")
    func redirect() async throws {
        try await EndpointBench.answering { _ in
            .completion("stolen")
        } test: { other in
            let target = "\(other.server.baseURL)/chat/completions"
            try await EndpointBench.answering { _ in
                .http(307, headers: ["Location": target], "")
            } test: { bench in
                let endpoint = try bench.endpoint()
                await #expect(throws: InputError.self) { try await endpoint.reply(to: question("a")) }
            }
            #expect(other.server.requests.isEmpty)
        }
    }
}
