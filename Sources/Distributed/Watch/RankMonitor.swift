import CMPI
import Diagnostics
import Foundation
import Synchronization
import Tensors

/// Watches over the ranks of a job from two threads: one that sends and takes messages, and one that only looks at the clock
/// and ends the process where it has to, which it can whatever MPI is doing.
final class RankMonitor: Sendable {
    /// Seconds of silence after which a rank counts as lost: 15, unless `SIGNET_SILENCE_LIMIT` says otherwise.
    ///
    /// - Throws: `InputError(.config)` where it says what is no such number.
    static func silenceLimit() throws(InputError) -> Double {
        guard let text = ProcessInfo.processInfo.environment["SIGNET_SILENCE_LIMIT"] else { return 15 }
        guard let limit = Double(text), limit >= 1, limit.isFinite else {
            throw InputError(
                .config, at: "SIGNET_SILENCE_LIMIT", "expected seconds, at least 1, found \(quoted(text))")
        }
        return limit
    }

    /// Microseconds between two looks.
    private static let interval: UInt32 = 50_000

    private enum Phase {
        case running
        /// All ranks have done their work: the last messages are exchanged.
        case ending
        /// MPI may be ended.
        case ended
        /// MPI is ended: there is nothing to watch over any more.
        case finished
    }

    private struct State {
        var watch: RankWatch
        var phase = Phase.running
        var endingAge = 0.0
        var exitCode = EXIT_SUCCESS
    }

    private let state: Mutex<State>
    private let sources: [Int]
    private let limit: Double
    private nonisolated(unsafe) let beats: OpaquePointer

    /// Up to so many ranks, everyone hears everyone.
    private static let meshLimit = 16

    /// How far behind a rank, in a circle, those are that it sends to, itself (0) among them: whether MPI moves messages at
    /// all. In large jobs they are the powers of two, so that every rank is heard by some, wherever they run.
    static func distances(_ count: Int) -> [Int] {
        if count <= meshLimit { return Array(0..<count) }
        return [0] + (0..<Int.bitWidth).lazy.map { 1 << $0 }.prefix { $0 < count }
    }

    /// Begins to watch; all ranks together.
    ///
    /// - Parameters:
    ///   - hosts: every rank's.
    ///   - limit: seconds of silence after which a rank counts as lost.
    init(rank: Int, hosts: [String], limit: Double) {
        self.limit = limit
        let distances = Self.distances(hosts.count)
        beats = cmpi_beats_create(distances.map(Int32.init), Int32(distances.count))
        sources = distances.map { (rank + hosts.count - $0) % hosts.count }
        state = Mutex(State(watch: RankWatch(rank: rank, hosts: hosts, sources: sources, limit: limit)))
        Thread.detachNewThread { [self] in exchange() }
        Thread.detachNewThread { [self] in look() }
    }

    /// Sets what is said when a rank is lost: how far the run is and how to go on.
    func note(_ progress: String) { state.withLock { $0.watch.progress = progress } }

    /// Does what all ranks do at the same time and without a pause.
    func working<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        state.withLock { $0.watch.isWorking = true }
        defer { state.withLock { $0.watch.isWorking = false } }
        return try body()
    }

    /// Ends the processes of all ranks. The lowest of those that leave at the same time says why.
    func leave(exitCode: Int32, message: String) -> Never {
        state.withLock { $0.watch.leave(exitCode: exitCode, message: message) }
        while true { pause() }
    }

    /// Waits until the messages have come to an end on all ranks, which all have done their work.
    ///
    /// - Parameter exitCode: what the process ends with where MPI does not end in time.
    func end(exitCode: Int32) {
        state.withLock {
            $0.exitCode = exitCode
            $0.phase = .ending
        }
        while state.withLock({ $0.phase }) != .ended { usleep(1000) }
        cmpi_beats_free(beats)
    }

    /// Ends the watch: MPI has ended.
    func finish() { state.withLock { $0.phase = .finished } }

    /// What a beat says.
    private enum Beat {
        static let more: Int32 = 0
        static let last: Int32 = 1
    }

    private func exchange() {
        let period = min(1, limit / 10)
        var (lastBeat, hasLeft, hasEnded) = (ContinuousClock.now - .seconds(period), false, false)
        var open = Set(sources)
        while !(hasEnded && open.isEmpty && cmpi_beats_sent(beats)) {
            take(&open)
            let (phase, departure) = state.withLock { ($0.phase, $0.watch.departure) }
            if let departure, !hasLeft {
                hasLeft = true
                cmpi_beats_leave(beats, departure.exitCode)
            }
            if hasLeft, cmpi_beats_unheard(beats) == 0 { state.withLock { $0.watch.delivered() } }
            if phase == .ending, !hasEnded, cmpi_beats_sent(beats) {
                cmpi_beats_send(beats, Beat.last)
                hasEnded = true
            } else if !hasEnded, ContinuousClock.now - lastBeat >= .seconds(period) {
                cmpi_beats_send(beats, Beat.more)
                lastBeat = .now
            }
            usleep(phase == .ending ? 1000 : Self.interval)
        }
        state.withLock { $0.phase = .ended }
    }

    /// Takes in what has come.
    ///
    /// - Parameter open: the sources whose last beat is still to come.
    private func take(_ open: inout Set<Int>) {
        var (source, value): (Int32, Int32) = (0, 0)
        while cmpi_beats_take(beats, &source, &value) {
            let rank = Int(source)
            if value == Beat.last { open.remove(rank) }
            state.withLock { value == Beat.last ? $0.watch.released(rank) : $0.watch.heard(rank) }
        }
        while cmpi_beats_take_farewell(beats, &source, &value) {
            state.withLock { $0.watch.told(exitCode: value, by: Int(source)) }
        }
    }

    private func look() {
        var last = ContinuousClock.now
        while state.withLock({ $0.phase }) != .finished {
            usleep(Self.interval)
            let now = ContinuousClock.now
            let elapsed = (now - last) / .seconds(1)
            last = now
            let action = state.withLock { state -> RankWatch.Action in
                if state.phase == .ended {
                    state.endingAge += min(elapsed, RankWatch.longestTick)
                    // All work is done and on the disk: whatever keeps MPI from ending is not this run's failure.
                    return state.endingAge >= limit ? .exit(state.exitCode) : .none
                }
                if state.phase == .finished { return .none }
                return state.watch.tick(elapsed, done: cmpi_is_waiting() ? nil : Machine.workDone)
            }
            switch action {
            case .none: break
            case .say(let message): ConsoleOutput.writeError(message)
            case .exit(let code): _exit(code)
            }
        }
    }
}
