import CMPI
import CMPISystem
import Foundation
import Synchronization

/// Watches over the ranks of a job from two threads: one that sends and takes messages, and one that only looks at the clock
/// and ends the process where it has to, which it can whatever MPI is doing.
final class RankMonitor: Sendable {
    /// Seconds of silence after which a rank counts as lost, unless `SIGNET_SILENCE_LIMIT` says otherwise.
    static let silenceLimit = 20.0
    /// Microseconds between two looks.
    private static let interval: UInt32 = 50_000

    private enum Phase {
        case running
        /// All ranks have done their work: the last messages are exchanged.
        case ending
        /// MPI may be ended.
        case ended
    }

    private struct State {
        var watch: RankWatch
        var phase = Phase.running
        var endingAge = 0.0
    }

    private let state: Mutex<State>
    private let messages: RankMessages
    private let limit: Double

    /// Begins to watch; all ranks together.
    init(_ world: MPI_Comm, rank: Int, hosts: [String]) {
        limit = ProcessInfo.processInfo.environment["SIGNET_SILENCE_LIMIT"].flatMap(Double.init) ?? Self.silenceLimit
        messages = RankMessages(world, rank: rank, count: hosts.count)
        state = Mutex(State(watch: RankWatch(rank: rank, hosts: hosts, sources: messages.sources, limit: limit)))
        Thread.detachNewThread { [self] in exchange() }
        Thread.detachNewThread { [self] in look() }
    }

    /// Sets what is said when a rank is lost: how far the run is and how to go on.
    func note(_ progress: String) { state.withLock { $0.watch.progress = progress } }

    /// A rank and its host.
    func name(_ rank: Int) -> String { state.withLock { $0.watch.name(rank) } }

    /// Ends the processes of all ranks. The lowest of those that leave at the same time says why.
    func leave(exitCode: Int32, message: String) -> Never {
        state.withLock { $0.watch.leave(exitCode: exitCode, message: message) }
        while true { pause() }
    }

    /// Waits until the messages have come to an end on all ranks, which all have done their work.
    func end() {
        state.withLock { $0.phase = .ending }
        while state.withLock({ $0.phase }) != .ended { usleep(1000) }
        messages.end()
    }

    private func exchange() {
        let period = min(1, limit / 10)
        var (lastBeat, hasLeft, hasEnded) = (ContinuousClock.now - .seconds(period), false, false)
        var open = Set(messages.sources)
        while !(hasEnded && open.isEmpty && messages.isSent) {
            let events = messages.poll()
            let (phase, departure) = state.withLock { state in
                for event in events { state.watch.take(event) }
                return (state.phase, state.watch.departure)
            }
            for case .end(let source) in events { open.remove(source) }
            if let departure, !hasLeft {
                hasLeft = true
                messages.leave(exitCode: departure.exitCode)
            }
            if hasLeft, messages.unheardFarewells() == 0 { state.withLock { $0.watch.delivered() } }
            if phase == .ending, !hasEnded, messages.isSent {
                messages.beat(isLast: true)
                hasEnded = true
            } else if !hasEnded, ContinuousClock.now - lastBeat >= .seconds(period) {
                messages.beat()
                lastBeat = .now
            }
            usleep(phase == .ending ? 1000 : Self.interval)
        }
        state.withLock { $0.phase = .ended }
    }

    private func look() {
        var last = ContinuousClock.now
        while true {
            usleep(Self.interval)
            let now = ContinuousClock.now
            let elapsed = (now - last) / .seconds(1)
            last = now
            let action = state.withLock { state -> RankWatch.Action in
                if state.phase == .ended {
                    state.endingAge += min(elapsed, RankWatch.longestTick)
                    // All work is done and on the disk: whatever keeps MPI from ending is not this run's failure.
                    return state.endingAge >= limit ? .exit(EXIT_SUCCESS) : .none
                }
                return state.watch.tick(elapsed)
            }
            switch action {
            case .none: break
            case .say(let message): Self.say(message)
            case .exit(let code): _exit(code)
            }
        }
    }

    /// In one piece, whatever other processes write to the same place.
    private static func say(_ message: String) {
        let line = Array("error: \(message)\n".utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension RankWatch {
    fileprivate mutating func take(_ event: RankMessages.Event) {
        switch event {
        case .beat(let source): heard(source)
        case .end(let source): released(source)
        case .leaving(let source, let exitCode): told(exitCode: exitCode, by: source)
        }
    }
}
