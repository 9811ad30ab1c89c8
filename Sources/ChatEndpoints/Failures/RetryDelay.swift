import Files
import Foundation
import NIOHTTP1

/// How long to wait before a request is sent again.
enum RetryDelay {
    /// An endpoint that asks for more is taken to be out of service.
    static let longestWait = Duration.seconds(900)

    private static let first = 1.0
    private static let longest = 60.0

    /// Twice the time before with every retry, up to a minute, less up to half of it, so that requests that failed
    /// together do not come back together. The share depends on the request and the retry alone.
    ///
    /// - Parameters:
    ///   - retry: 0 for the first.
    ///   - key: the request's digest.
    static func backOff(retry: Int, key: String) -> Duration {
        let whole = min(longest, first * Double(sign: .plus, exponent: min(retry, 30), significand: 1))
        let digits = Digest.of(text: "\(key) \(retry)").prefix(13)
        let share = Double(UInt64(digits, radix: 16) ?? 0) / Double(UInt64(1) << 52)
        return .seconds(whole * (1 - share / 2))
    }

    /// The wait that an answer's headers name: `retry-after-ms`, or `Retry-After` in seconds or as a date.
    static func asked(_ headers: HTTPHeaders, now: Date) -> Duration? {
        if let text = headers.first(name: "retry-after-ms"), let milliseconds = Double(text) {
            return duration(milliseconds / 1000)
        }
        guard let text = headers.first(name: "retry-after") else { return nil }
        return duration(Double(text) ?? date(text)?.timeIntervalSince(now))
    }

    private static func duration(_ seconds: Double?) -> Duration? {
        guard let seconds, seconds.isFinite, seconds >= 0 else { return nil }
        return .seconds(min(seconds, 1e9))
    }

    /// A date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func date(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text)
    }
}
