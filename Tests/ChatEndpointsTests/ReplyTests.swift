import ChatEndpoints
import EndpointTestServer
import Foundation
import Testing
import Tokenizers

@Suite("Replies of an endpoint")
struct ReplyTests {
    @Test("a request has the form of the OpenAI interface")
    func form() async throws {
        try await EndpointBench.answering { _ in
            .completion("fine")
        } test: { bench in
            let messages = [
                ChatMessage(role: "system", content: "Be brief/\"kind\"."),
                ChatMessage(role: "user", content: "Zürich?"),
            ]
            let sampling = SamplingSettings(temperature: 0.25, topP: 0.5, maxTokens: 64, seed: 7)
            #expect(try await bench.endpoint().reply(to: messages, sampling: sampling).text == "fine")
            let request = try #require(bench.server.requests.first)
            #expect(request.path == "/v1/chat/completions")
            #expect(request.headers["authorization"] == "Bearer \(EndpointBench.key)")
            #expect(request.headers["content-type"] == "application/json")
            #expect(Set(request.json.keys) == ["model", "messages", "temperature", "top_p", "max_tokens", "seed"])
            #expect(request.json["model"] as? String == "teacher")
            #expect(request.json["temperature"] as? Double == 0.25)
            #expect(request.json["top_p"] as? Double == 0.5)
            #expect(request.json["max_tokens"] as? Int == 64)
            #expect(request.json["seed"] as? Int == 7)
            #expect(request.contents == ["Be brief/\"kind\".", "Zürich?"])
        }
    }

    @Test("a seed is sent as a signed number of 64 bits")
    func seeds() async throws {
        try await EndpointBench.answering { _ in
            .completion("fine")
        } test: { bench in
            _ = try await bench.endpoint().reply(to: question("a"), sampling: SamplingSettings(seed: .max))
            #expect(bench.server.requests.first?.json["seed"] as? Int == .max)
        }
    }

    @Test("settings that an endpoint refuses are not sent, and the length has the name that it takes")
    func omission() async throws {
        try await EndpointBench.answering { _ in
            .completion("fine")
        } test: { bench in
            let endpoint = try bench.endpoint {
                $0.omittedParameters = EndpointConfiguration.Parameter.allCases
                $0.lengthParameter = .maxCompletionTokens
                $0.keyVariable = nil
            }
            _ = try await endpoint.reply(to: question("a"), sampling: SamplingSettings(topP: 0.5))
            let request = try #require(bench.server.requests.first)
            #expect(Set(request.json.keys) == ["model", "messages", "max_completion_tokens"])
            #expect(request.headers["authorization"] == nil)
        }
    }

    @Test("tokens are counted and cost what the prices say; replies without counts are counted apart")
    func usage() async throws {
        try await EndpointBench.answering { request in
            request.index == 0
                ? .completion("one", promptTokens: 1000, completionTokens: 200)
                : .json(["choices": [["message": ["content": "two"], "finish_reason": "stop"]]])
        } test: { bench in
            let endpoint = try bench.endpoint {
                $0.promptTokenPrice = 2.5
                $0.completionTokenPrice = 10
            }
            _ = try await endpoint.reply(to: question("a"))
            _ = try await endpoint.reply(to: question("b"))
            _ = try await endpoint.reply(to: question("a"))
            let usage = endpoint.usage
            #expect(usage.requests == 2 && usage.retries == 0)
            #expect(usage.paid.replies == 2 && usage.paid.uncountedReplies == 1)
            #expect(usage.paid.promptTokens == 1000 && usage.paid.completionTokens == 200)
            #expect(usage.cached.replies == 1 && usage.cached.promptTokens == 1000)
            #expect(usage.paid.cost(endpoint.configuration) == 0.0045)
        }
    }

    @Test("what earlier processes have paid is counted apart, once, and in the total")
    func earlierUsage() async throws {
        try await EndpointBench.answering { _ in
            .completion("fine", promptTokens: 1000, completionTokens: 200)
        } test: { bench in
            for name in ["a", "b"] { _ = try await bench.endpoint().reply(to: question(name)) }
            _ = try await bench.endpoint { $0.model = "other" }.reply(to: question("a"))
            let cache = try bench.open()
            let endpoint = try bench.endpoint(cache: cache)
            _ = try await endpoint.reply(to: question("a"))
            _ = try await endpoint.reply(to: question("c"))
            let usage = endpoint.usage
            #expect(usage.paid.replies == 1 && usage.cached.replies == 1 && usage.earlier.replies == 2)
            #expect(usage.total.replies == 3 && usage.total.promptTokens == 3000)
            #expect(usage.total.completionTokens == 600 && usage.total.uncountedReplies == 0)
            // Another client of the same endpoint.
            #expect(try bench.endpoint(cache: cache) { $0.maxRetries = 0 }.usage.earlier.replies == 0)
        }
    }

    @Test(
        "counts that cannot be cost nothing and break nothing",
        arguments: [
            #"{"prompt_tokens": 9223372036854775807, "completion_tokens": -1}"#, #"{"prompt_tokens": "ten"}"#, "7",
        ])
    func absurdUsage(usage: String) async throws {
        try await EndpointBench.answering { _ in
            .http(
                200, headers: ["Content-Type": "application/json"],
                #"{"choices": [{"message": {"content": "fine"}}], "usage": \#(usage)}"#)
        } test: { bench in
            let endpoint = try bench.endpoint { $0.tokensPerMinute = 1e-300 }
            #expect(try await endpoint.reply(to: question("a")).text == "fine")
            #expect(endpoint.usage.retries == 0)
        }
    }

    @Test(
        "a reply without text is a reply, kept and not asked for again",
        arguments: [
            #"{"content": ""}"#, #"{"content": null}"#, "{}", #"{"content": []}"#,
            #"{"content": [{"type": "image_url", "image_url": {"url": "x"}}]}"#,
        ])
    func empty(message: String) async throws {
        try await EndpointBench.answering { _ in
            .http(
                200, headers: ["Content-Type": "application/json"],
                #"{"choices": [{"message": \#(message), "finish_reason": "stop"}]}"#)
        } test: { bench in
            for _ in 0..<2 {
                let endpoint = try bench.endpoint()
                #expect(try await endpoint.reply(to: question("a")) == EndpointReply(text: ""))
            }
            #expect(bench.server.requests.count == 1)
        }
    }

    @Test("the texts of a content in parts are one text")
    func parts() async throws {
        try await EndpointBench.answering { _ in
            .http(
                200, headers: ["Content-Type": "application/json"],
                """
                {"choices": [{"message": {"content": [{"type": "text", "text": "one "},
                 {"type": "reasoning", "text": "hidden"}, {"type": "text", "text": "two"}]}}]}
                """)
        } test: { bench in
            let reply = try await bench.endpoint().reply(to: question("a"))
            #expect(reply.text == "one two")
        }
    }

    @Test("a reply that was cut off or filtered says so")
    func endings() async throws {
        try await EndpointBench.answering { request in
            switch request.contents.first {
            case "long": .completion("and then", finishReason: "length")
            case "thought": .json(["choices": [["message": ["content": NSNull()], "finish_reason": "length"]]])
            case "filtered":
                .json(["choices": [["message": ["content": NSNull()], "finish_reason": "content_filter"]]])
            default: .json(["choices": [["message": ["refusal": "I cannot."], "finish_reason": "stop"]]])
            }
        } test: { bench in
            let endpoint = try bench.endpoint()
            #expect(try await endpoint.reply(to: question("long")).finishReason == .length)
            #expect(try await endpoint.reply(to: question("long")).text == "and then")
            #expect(try await endpoint.reply(to: question("thought")) == EndpointReply(text: "", finishReason: .length))
            #expect(try await endpoint.reply(to: question("filtered")).finishReason == .contentFilter)
            #expect(try await endpoint.reply(to: question("refused")).text == "I cannot.")
        }
    }
}
