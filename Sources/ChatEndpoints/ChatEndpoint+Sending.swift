import Diagnostics
import Foundation

extension ChatEndpoint {
    /// Sends a request until it is answered or there is no hope.
    func complete(
        _ request: ChatCompletionRequest, body: Data, identifier: String
    ) async throws -> EndpointReply {
        var retry = 0
        while true {
            do {
                let reply = try await limiter.run(estimatedTokens: request.estimatedTokens) { [self, retry] in
                    // One that is given up while it waits for its turn is none.
                    meter.update {
                        $0.requests += 1
                        if retry > 0 { $0.retries += 1 }
                    }
                    let reply = try await attempt(request, body: body, identifier: identifier)
                    return (reply, tokens: reply.tokens)
                }
                meter.update { $0.paid.add(reply) }
                return reply
            } catch let failure as EndpointFailure {
                let wait = try waitBeforeRetry(retry, after: failure, identifier: identifier)
                // What the endpoint asks for holds for every request, what is added to it for this one.
                if case .passing(_, wait: let asked?) = failure { await limiter.pause(for: asked) }
                try await clock.sleep(wait)
                retry += 1
            }
        }
    }

    /// Sends a request once.
    private func attempt(
        _ request: ChatCompletionRequest, body: Data, identifier: String
    ) async throws -> EndpointReply {
        // What is under way will be paid, so that it is waited for even where the task has been cancelled.
        let answer = try await Task { [exchange] in try await exchange.send(body, identifier: identifier) }.value
        return try AnswerReader(message: ServerMessage(key: key, messages: request.messages), date: clock.date())
            .reply(answer)
    }

    /// How long to wait after a failure; throws where there is nothing to wait for.
    private func waitBeforeRetry(
        _ retry: Int, after failure: EndpointFailure, identifier: String
    ) throws -> Duration {
        switch failure {
        case .refusal, .rejection: throw failure
        case .fatal(let reason): throw error(.config, reason)
        case .exhausted(let reason): throw error(.tryAgain, reason)
        case .passing(let reason, let asked):
            if let asked, asked > RetryDelay.longestWait {
                throw error(.tryAgain, "\(reason) and to wait \(asked.seconds) s")
            }
            guard retry < configuration.maxRetries else {
                throw error(.tryAgain, "\(reason), the last of \(retry + 1) times")
            }
            return max(asked ?? .zero, RetryDelay.backOff(retry: retry, key: identifier))
        }
    }

    func error(_ code: ExitCode, _ found: String) -> InputError {
        InputError(code, at: name, "expected a chat completion, found \(found)")
    }
}

extension EndpointReply {
    /// Tokens of prompt and reply; nil where the endpoint does not say.
    fileprivate var tokens: Int? {
        guard let promptTokens, let completionTokens else { return nil }
        return promptTokens + completionTokens
    }
}
