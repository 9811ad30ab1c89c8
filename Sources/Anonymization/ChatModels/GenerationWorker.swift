import Dispatch
import Foundation
import Models
import Synchronization

/// A thread of its own on which a model generates for many callers at once.
///
/// Generation keeps processors busy for long, which Swift's own few threads must not be. Requests that come while others
/// run join them.
final class GenerationWorker: Sendable {
    /// A caller that waits for its result.
    private struct Job: Sendable {
        let ticket: Int
        let request: GenerationRequest
        let caller: CheckedContinuation<GenerationSession.Result, any Error>
    }

    private struct Mail: Sendable {
        var jobs: [Job] = []
        /// Tickets of callers that wait no longer.
        var cancelled: Set<Int> = []
        var lastTicket = 0
        var isClosed = false
    }

    /// What callers and the thread share; the thread must not keep the worker itself alive.
    private final class Mailbox: Sendable {
        let mail = Mutex(Mail())
        let arrival = DispatchSemaphore(value: 0)
    }

    private let mailbox = Mailbox()

    /// - Parameter makeSession: called on the thread, again where a session has failed.
    init(_ makeSession: @escaping @Sendable () -> GenerationSession) {
        let thread = Thread { [mailbox] in Self.work(mailbox, makeSession) }
        thread.name = "generation"
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit {
        mailbox.mail.withLock { $0.isClosed = true }
        mailbox.arrival.signal()
    }

    /// Generates for one request, together with those of all other callers.
    ///
    /// - Throws: what the session's step throws; `CancellationError`.
    func result(of request: GenerationRequest) async throws -> GenerationSession.Result {
        let ticket = mailbox.mail.withLock {
            $0.lastTicket += 1
            return $0.lastTicket
        }
        defer { _ = mailbox.mail.withLock { $0.cancelled.remove(ticket) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { caller in
                let isCancelled = mailbox.mail.withLock {
                    if $0.cancelled.contains(ticket) { return true }
                    $0.jobs.append(Job(ticket: ticket, request: request, caller: caller))
                    return false
                }
                if isCancelled { return caller.resume(throwing: CancellationError()) }
                mailbox.arrival.signal()
            }
        } onCancel: {
            _ = mailbox.mail.withLock { $0.cancelled.insert(ticket) }
            mailbox.arrival.signal()
        }
    }

    private static func work(_ mailbox: Mailbox, _ makeSession: () -> GenerationSession) {
        var session = makeSession()
        var running: [Int: Job] = [:]
        while true {
            let (jobs, cancelled, isClosed) = mailbox.mail.withLock { mail in
                defer { mail.jobs = [] }
                return (mail.jobs, mail.cancelled, mail.isClosed)
            }
            // Whoever waits keeps the worker alive.
            if isClosed { return }
            for job in jobs { running[session.submit(job.request)] = job }
            for (id, job) in running where cancelled.contains(job.ticket) {
                session.cancel(id)
                running[id] = nil
                job.caller.resume(throwing: CancellationError())
            }
            if session.isIdle {
                mailbox.arrival.wait()
                continue
            }
            do {
                for result in try session.step() {
                    running.removeValue(forKey: result.id)?.caller.resume(returning: result)
                }
            } catch {
                for job in running.values { job.caller.resume(throwing: error) }
                running = [:]
                session = makeSession()
            }
        }
    }
}
