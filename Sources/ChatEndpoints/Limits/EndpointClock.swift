import Foundation

/// Where time comes from.
struct EndpointClock: Sendable {
    /// The time since any fixed moment; it never goes back.
    var now: @Sendable () -> Duration
    /// Returns after a time, or throws where the task is cancelled.
    var sleep: @Sendable (Duration) async throws -> Void
    /// The date, for answers that name one.
    var date: @Sendable () -> Date

    /// The machine's.
    static let system = EndpointClock(
        now: { .nanoseconds(Int64(clamping: DispatchTime.now().uptimeNanoseconds)) },
        sleep: { try await Task.sleep(for: $0) },
        date: { Date() })
}
