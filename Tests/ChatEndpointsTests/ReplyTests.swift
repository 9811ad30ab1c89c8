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
            #expect(usage.cost(endpoint.configuration) == 0.0045)
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
