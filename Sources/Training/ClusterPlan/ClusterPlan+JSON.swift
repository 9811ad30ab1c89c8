import Files

extension ClusterPlan {
    /// The assumptions and the predictions as a JSON object; times in seconds, memory in bytes.
    package func json(_ predictions: [ClusterPrediction]) -> JSONValue {
        .object([
            .init("assumptions", .strings(assumptions)),
            .init("predictions", .array(predictions.map(\.json))),
        ])
    }
}

extension ClusterPrediction {
    fileprivate var json: JSONValue {
        let counts: [(String, Int)] = [
            ("nodes", layout.hostCount), ("ranks", layout.rankCount), ("memory_per_rank", bytesPerRank),
            ("memory_per_node", bytesPerHost),
        ]
        let figures: [(String, Double)] = [
            ("rows_per_step", rowsPerStep), ("busy_ranks", busyRanks), ("tokens_per_step", tokensPerStep),
            ("step_seconds", stepSeconds), ("compute_seconds", computeSeconds),
            ("imbalance_seconds", imbalanceSeconds), ("straggler_seconds", stragglerSeconds),
            ("network_seconds", networkSeconds), ("exposed_network_seconds", exposedSeconds),
            ("checkpoint_seconds", checkpointSeconds), ("tokens_per_second", tokensPerSecond),
            ("efficiency", efficiency), ("kilowatt_hours", kilowattHours), ("days", days),
        ]
        return .object(
            counts.map { .init($0.0, .number($0.1)) } + figures.map { .init($0.0, .number($0.1)) })
    }
}
