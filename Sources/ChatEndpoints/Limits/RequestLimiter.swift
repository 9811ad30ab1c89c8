/// Holds requests back so that an endpoint's limits are kept: how many at once, how many and how many tokens a minute,
/// and the pauses it asks for.
actor RequestLimiter {
    private let slots: Slots
    private let clock: EndpointClock
    private var requests: Pacer?
    private var tokens: Pacer?
    private var pauseEnd: Duration = .zero

    init(_ configuration: EndpointConfiguration, clock: EndpointClock) {
        slots = Slots(configuration.maxConcurrentRequests)
        requests = configuration.requestsPerMinute.map(Pacer.init(perMinute:))
        tokens = configuration.tokensPerMinute.map(Pacer.init(perMinute:))
        self.clock = clock
    }

    /// Calls `body` when a request may begin.
    ///
    /// - Parameters:
    ///   - estimatedTokens: the tokens that prompt and reply are thought to take.
    ///   - body: sends the request; returns its result and the tokens that it took, where known.
    func run<Result: Sendable>(
        estimatedTokens: Int, _ body: @Sendable () async throws -> (Result, tokens: Int?)
    ) async throws -> Result {
        try await slots.enter()
        do {
            try await waitForTurn(estimatedTokens: Double(estimatedTokens))
            let (result, taken) = try await body()
            if let taken { tokens?.refund(Double(estimatedTokens - taken)) }
            await slots.leave()
            return result
        } catch {
            await slots.leave()
            throw error
        }
    }

    /// Holds every request back for a while.
    func pause(for time: Duration) {
        pauseEnd = max(pauseEnd, clock.now() + time)
    }

    private func waitForTurn(estimatedTokens: Double) async throws {
        while true {
            let now = clock.now()
            let turn = max(pauseEnd, requests?.next ?? .zero, tokens?.next ?? .zero)
            if turn <= now {
                requests?.spend(1, at: now)
                tokens?.spend(estimatedTokens, at: now)
                return
            }
            try await clock.sleep(turn - now)
        }
    }
}
