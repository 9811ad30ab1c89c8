import Foundation
import NIOHTTP1

/// Makes a reply, or a failure, of an HTTP answer.
struct AnswerReader {
    /// Makes the endpoint's messages safe to show.
    let message: ServerMessage
    /// When the answer came.
    let date: Date

    /// - Throws: ``EndpointFailure``.
    func reply(_ answer: HTTPAnswer) throws(EndpointFailure) -> EndpointReply {
        let error = ErrorBody(answer.body)
        guard (200...299).contains(answer.status) else { throw failure(answer, status: answer.status, error) }
        // Some gateways answer 200 and put the error of the endpoint behind them in the body.
        if let error { throw failure(answer, status: error.status ?? 500, error) }
        let type = answer.headers.first(name: "content-type") ?? "application/json"
        guard type.lowercased().contains("json") else { throw lie("content of type \(message.shown(type))") }
        guard let object = try? JSONSerialization.jsonObject(with: answer.body) else { throw lie("broken JSON") }
        guard (object as? [String: Any])?["choices"] is [Any],
            let response = try? JSONDecoder().decode(ChatCompletionResponse.self, from: answer.body)
        else { throw lie("JSON of another form") }
        guard let reply = response.reply else { throw lie("a completion without choices") }
        return reply
    }

    private func failure(_ answer: HTTPAnswer, status: Int, _ error: ErrorBody?) -> EndpointFailure {
        EndpointFailure(
            status: status, body: error, message: error?.message.map(message.shown),
            wait: RetryDelay.asked(answer.headers, now: date))
    }

    /// An answer that is none may be right the next time.
    private func lie(_ found: String) -> EndpointFailure { .passing(found, wait: nil) }
}
