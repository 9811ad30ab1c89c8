import Foundation

/// Why a request was not answered.
enum EndpointFailure: Error, Sendable {
    /// It may be answered later, at the earliest after `wait` where the endpoint has said so.
    case passing(String, wait: Duration?)
    /// The endpoint will not answer this request, whenever it is sent.
    case refusal(String)
    /// The endpoint does not take this request, for its settings or its text; which, its other answers tell.
    case rejection(String)
    /// The endpoint answers no request of this kind: key, model or settings are wrong.
    case fatal(String)
    /// The account has nothing left; nothing will be answered before someone has seen to it.
    case exhausted(String)

    /// What went wrong, in words that hold neither key nor text of the request.
    var reason: String {
        switch self {
        case .passing(let reason, _), .refusal(let reason), .rejection(let reason), .fatal(let reason),
            .exhausted(let reason):
            reason
        }
    }

    /// - Parameters:
    ///   - status: the HTTP status.
    ///   - body: the error in the answer's body; nil where there is none.
    ///   - message: its message, made safe to show.
    ///   - wait: the time that the answer's headers name.
    init(status: Int, body: ErrorBody?, message: String?, wait: Duration?) {
        let reason = "status \(status)" + (message.map { ": \($0)" } ?? "")
        let codes = body?.codes ?? []
        if codes.contains("insufficient_quota") || status == 402 {
            self = .exhausted(reason)
        } else if [408, 409, 425, 429].contains(status) || (500...599).contains(status) {
            self = .passing(reason, wait: wait)
        } else if status == 413 || codes.contains(where: Self.refusalCodes.contains)
            || Self.speaksOfLength(body?.message ?? "")
        {
            self = .refusal(reason)
        } else if [400, 422].contains(status), !Self.speaksOfAccount(message ?? "") {
            self = .rejection(reason)
        } else {
            self = .fatal(reason)
        }
    }

    /// What OpenAI, Azure and llama.cpp call a text that is too long or not wanted.
    private static let refusalCodes: Set<String> = [
        "context_length_exceeded", "exceed_context_size_error", "string_above_max_length", "content_filter",
        "content_policy_violation", "invalid_prompt",
    ]

    /// Servers without codes, vLLM among them, say only in words that a text is too long.
    private static func speaksOfLength(_ message: String) -> Bool {
        let message = message.lowercased()
        return ["context length", "context size", "too long", "token count"].contains(where: message.contains)
            || message.contains("maximum") && message.contains("tokens") && !message.contains("max_")
    }

    /// Some services answer 400 to every request where the key is wrong or the account is empty.
    private static func speaksOfAccount(_ message: String) -> Bool {
        let message = message.lowercased()
        return ["api key", "api_key", "billing", "credit", "quota"].contains(where: message.contains)
    }
}
