/// Lets a limited number of tasks on at once, in the order in which they came.
actor Slots {
    private var free: Int
    private var lastTicket = 0
    private var waiting: [(ticket: Int, continuation: CheckedContinuation<Void, any Error>)] = []

    init(_ count: Int) {
        free = count
    }

    /// Returns when a slot is the caller's, to be given back with `leave`.
    ///
    /// - Throws: `CancellationError` where the task is cancelled before; it then has no slot.
    func enter() async throws {
        try Task.checkCancellation()
        guard free == 0 else {
            free -= 1
            return
        }
        lastTicket += 1
        let ticket = lastTicket
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiting.append((ticket, continuation))
                }
            }
        } onCancel: {
            Task { await self.giveUp(ticket) }
        }
    }

    /// Gives a slot back.
    func leave() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().continuation.resume()
        }
    }

    private func giveUp(_ ticket: Int) {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
        waiting.remove(at: index).continuation.resume(throwing: CancellationError())
    }
}
