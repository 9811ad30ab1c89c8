import Foundation

/// Seconds of the repeats of one piece of work.
struct Timing {
    let seconds: [Double]

    var median: Double { seconds.median }

    /// Times work, after one warm-up, at least `repeats` times and for at least half a second, but no more than a
    /// hundred times.
    static func of(_ repeats: Int, _ body: () throws -> Void) rethrows -> Timing {
        try of(repeats, prepare: {}, body: { try body() })
    }

    /// Times work that needs something made before it, which is not timed.
    static func of<Input>(
        _ repeats: Int, prepare: () throws -> Input, body: (Input) throws -> Void
    ) rethrows -> Timing {
        try body(prepare())
        var seconds: [Double] = []
        while seconds.count < repeats || (seconds.reduce(0, +) < 0.5 && seconds.count < 100) {
            let input = try prepare()
            let began = ContinuousClock.now
            try body(input)
            seconds.append((ContinuousClock.now - began) / .seconds(1))
        }
        return Timing(seconds: seconds)
    }

    /// The time of one of `count` equal parts.
    func divided(by count: Int) -> Timing { Timing(seconds: seconds.map { $0 / Double(count) }) }
}

extension [Double] {
    /// The middle value, or the mean of the two in the middle; there has to be one.
    var median: Double {
        let sorted = sorted()
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
