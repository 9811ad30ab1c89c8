import ChatEndpoints
import Diagnostics
import EndpointTestServer
import Foundation
import Testing

@Suite("Failures that do not pass")
struct RefusalTests {
    @Test(
        "wrong key, model, address or settings end it at once, with the server's message",
        arguments: [
            (400, "Unknown parameter: 'top_p'."), (401, "Incorrect API key provided."),
            (403, "Country not supported."), (404, "The model `teacher` does not exist."), (307, "Moved."),
        ])
    func fatal(status: Int, message: String) async throws {
        try await EndpointBench.answering { _ in
            .error(status, message)
        } test: { bench in
            let endpoint = try bench.endpoint()
            let place = "\(bench.server.baseURL)/chat/completions (model teacher)"
            let expected = InputError(
                .config, at: place, "expected a chat completion, found status \(status): '\(message)'")
            await #expect(throws: expected) { try await endpoint.reply(to: question("a")) }
            #expect(bench.server.requests.count == 1 && bench.clock.sleeps.isEmpty)
        }
    }

    @Test("an account without credit is an error to try again, at once")
    func quota() async throws {
        try await EndpointBench.answering { _ in
            .error(429, "No credit.", code: "insufficient_quota")
        } test: { bench in
            let endpoint = try bench.endpoint()
            let error = await #expect(throws: InputError.self) { try await endpoint.reply(to: question("a")) }
            #expect(error?.exitCode == .tryAgain)
            #expect(bench.server.requests.count == 1)
        }
    }

    @Test(
        "a text that the endpoint will not take is a refusal of that text, remembered and never asked again",
        arguments: [
            EndpointTestServer.Answer.error(400, "Too long.", code: "context_length_exceeded"),
            .error(400, "This model's maximum context length is 4096 tokens."),
            .error(400, "prompt is too long: 9000 > 8000"), .error(422, "The input token count (9000) exceeds 8000."),
            .error(400, "Expected at most the maximum of 8000 tokens."),
            .error(400, "Stopped.", code: "content_filter"), .error(413, "Too large."),
        ])
    func refused(answer: EndpointTestServer.Answer) async throws {
        try await EndpointBench.answering {
            $0.contents == ["bad"] ? answer : .completion("fine")
        } test: { bench in
            for _ in 0..<2 {
                let endpoint = try bench.endpoint()
                await #expect(throws: RequestRefusal.self) { try await endpoint.reply(to: question("bad")) }
                #expect(try await endpoint.reply(to: question("good")).text == "fine")
            }
            #expect(bench.server.requests.count == 2)
        }
    }

    @Test("unknown words refuse a text where its settings have been answered, now or earlier")
    func rejected() async throws {
        try await EndpointBench.answering {
            $0.contents == ["good"] ? .completion("fine") : .error($0.contents == ["bad"] ? 400 : 422, "Unfit.")
        } test: { bench in
            // The journal is let go of with the first client.
            do {
                let first = try bench.endpoint()
                let fatal = await #expect(throws: InputError.self) { try await first.reply(to: question("bad")) }
                #expect(fatal?.exitCode == .config)
                #expect(try await first.reply(to: question("good")).text == "fine")
                let refusal = RequestRefusal(reason: "status 400: 'Unfit.'")
                await #expect(throws: refusal) { try await first.reply(to: question("bad")) }
            }
            let second = try bench.endpoint()
            await #expect(throws: RequestRefusal.self) { try await second.reply(to: question("worse")) }
            await #expect(throws: RequestRefusal.self) {
                try await second.reply(to: question("worse"), sampling: SamplingSettings(seed: 1))
            }
            // Other settings may well be what is wrong.
            await #expect(throws: InputError.self) {
                try await second.reply(to: question("worse"), sampling: SamplingSettings(temperature: 0.5))
            }
            await #expect(throws: InputError.self) {
                try await bench.endpoint(cache: ReplyCache(bench.folder.appendingPathComponent("new"))) {
                    $0.model = "other"
                }.reply(to: question("bad"))
            }
        }
    }

    @Test(
        "an account or a key that is no longer good is no refusal of a text, whatever was answered before",
        arguments: [(400, "Your credit balance is too low."), (400, "API key not valid."), (401, "Expired.")])
    func account(status: Int, message: String) async throws {
        try await EndpointBench.answering {
            $0.index == 0 ? .completion("fine") : .error(status, message)
        } test: { bench in
            let endpoint = try bench.endpoint()
            _ = try await endpoint.reply(to: question("a"))
            await #expect(throws: InputError.self) { try await endpoint.reply(to: question("b")) }
        }
    }

    @Test(
        "an address that is none is refused without showing what may be a secret",
        arguments: [
            "", "api.example.com/v1", "ftp://example.com/v1", "https://", "https://user:hunter2@example.com/v1",
            "https://example.com/v1?api-key=hunter2", "https://example.com/v1#hunter2", "exa mple?key=hunter2",
        ])
    func address(baseURL: String) async throws {
        try await EndpointBench.answering { _ in
            .silence
        } test: { bench in
            let error = #expect(throws: InputError.self) { try bench.endpoint { $0.baseURL = baseURL } }
            #expect(error?.exitCode == .config && error?.place == "base_url")
            #expect(error?.description.contains("hunter2") == false)
        }
    }
}
