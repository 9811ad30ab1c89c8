/// Spreads what is spent evenly over time: each spending puts off the next by the time in which it is earned again.
///
/// In any minute no more is begun than the rate allows and one spending beyond.
struct Pacer: Sendable {
    /// Nanoseconds in which one is earned.
    private let interval: Double
    /// When the next spending may begin.
    private(set) var next: Duration = .zero

    /// - Parameter rate: how much may be spent a minute, above 0.
    init(perMinute rate: Double) {
        interval = 60e9 / rate
    }

    /// Spends at a moment that is not before `next`.
    mutating func spend(_ amount: Double, at now: Duration) {
        next = max(now, next) + .nanoseconds(Int64(amount * interval))
    }

    /// Takes back part of what was spent, or with a negative amount spends more.
    mutating func refund(_ amount: Double) {
        next -= .nanoseconds(Int64(amount * interval))
    }
}
