/// A request that the endpoint will never answer, for what it says and not for how it is sent: a text beyond the
/// model's context, or one that a filter stops. Other requests may well be answered.
public struct RequestRefusal: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// Why, in words that repeat nothing of the request.
    public let reason: String

    public init(reason: String) {
        self.reason = reason
    }

    public var description: String { reason }
}
