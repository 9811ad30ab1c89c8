import Foundation

/// What an endpoint says about a request that it does not answer. The forms in use are
/// `{"error": {"message", "type", "code"}}`, `{"error": "…"}`, `{"message": "…"}` and `{"detail": "…"}`.
struct ErrorBody {
    /// The message in words; nil where there is none.
    var message: String?
    /// Short names of the kind of error.
    var codes: [String] = []
    /// A status that stands in the body.
    var status: Int?

    /// - Returns: nil where the body is no error of a known form.
    init?(_ body: Data) {
        guard let root = try? JSONSerialization.jsonObject(with: body) as? [String: Any] else { return nil }
        if let error = root["error"] as? [String: Any] {
            read(error)
        } else if let error = root["error"] as? String {
            message = error
        } else if root["choices"] == nil, root["message"] is String || root["detail"] is String {
            read(root)
            message = message ?? root["detail"] as? String
        } else {
            return nil
        }
    }

    private mutating func read(_ error: [String: Any]) {
        message = error["message"] as? String
        codes = [error["type"], error["code"]].compactMap { $0 as? String }
        status = error["code"] as? Int
    }
}
