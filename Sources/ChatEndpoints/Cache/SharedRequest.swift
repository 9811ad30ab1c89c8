import Synchronization

/// A request for which several callers may wait. It is cancelled when the last of them is.
final class SharedRequest: Sendable {
    private let task: Task<ReplyCache.Outcome, any Error>
    /// Callers that are not cancelled; the first one from the beginning.
    private let waiting = Mutex(1)

    init(_ task: Task<ReplyCache.Outcome, any Error>) {
        self.task = task
    }

    /// Adds a caller; false where all others have been cancelled, and the request with them.
    func join() -> Bool {
        waiting.withLock { waiting in
            if waiting > 0 { waiting += 1 }
            return waiting > 0
        }
    }

    /// What a caller that has joined waits for.
    func outcome() async throws -> ReplyCache.Outcome {
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            let isLast = waiting.withLock { waiting in
                waiting -= 1
                return waiting == 0
            }
            if isLast { task.cancel() }
        }
    }

    /// Returns when the request has ended, whatever has come of it.
    func end() async { _ = await task.result }
}
