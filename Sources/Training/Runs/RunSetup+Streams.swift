import Diagnostics
import Distributed

extension RunSetup {
    /// This rank's share of a planned step's rows as streams that are computed one at a time.
    public func streams(of step: PlannedStep) -> [MicroBatch] {
        streamPlanner.streams(of: step, rows: trainingRows.rows, communicator)
    }

    /// What sharing beginnings saves in the first epoch, or in as many of its first steps as are quickly looked through.
    var sharingForecast: SharingForecast {
        var (forecast, planner) = (SharingForecast(), planner)
        while forecast.steps < min(totalSteps, planner.stepsPerEpoch), forecast.tokenCount < 10_000_000 {
            let microBatches = planner.nextStep().microBatches
            forecast.steps += 1
            forecast.tokenCount += microBatches.joined().reduce(0) { $0 + trainingRows.rows[$1].tokens.count }
            forecast.computedTokenCount += streamPlanner.computedTokenCount(microBatches, of: trainingRows.rows)
        }
        return forecast
    }

    static func refuseSharedDropout(_ configuration: TrainConfiguration) throws {
        guard configuration.data.prefixSharing == .on, configuration.lora.loraDropout != 0 else { return }
        throw InputError(
            .config, at: "data.prefix_sharing",
            "expected \"auto\" or false where lora.lora_dropout is \(configuration.lora.loraDropout), found true: "
                + "rows that share tokens would share what is dropped")
    }

    /// A preference run's rewards are measured from a reference without dropout, and from completions alone.
    static func refuseUnknownToPreferences(_ configuration: TrainConfiguration) throws {
        guard configuration.method == .dpo else { return }
        let dropout = configuration.lora.loraDropout
        guard dropout == 0 else {
            throw InputError(
                .config, at: "lora.lora_dropout",
                "expected 0 where method is \"dpo\", found \(dropout): rewards are measured from a reference without dropout"
            )
        }
        guard configuration.data.completionOnlyLoss else {
            throw InputError(
                .config, at: "data.completion_only_loss", "expected true where method is \"dpo\", found false")
        }
    }
}

extension StreamPlanner {
    /// A rank's share of a planned step's rows as streams.
    func streams(of step: PlannedStep, rows: [TokenizedRow], _ communicator: any Communicator) -> [MicroBatch] {
        streams(
            share(of: step.microBatches, rows: rows, rank: communicator.rank, rankCount: communicator.rankCount),
            of: rows)
    }
}

/// The tokens of the rows of a run's first steps, and those that are computed for them.
struct SharingForecast: Equatable, CustomStringConvertible {
    var steps = 0
    var tokenCount = 0
    var computedTokenCount = 0

    var description: String {
        let saved = Double(tokenCount - computedTokenCount) / Double(max(1, tokenCount))
        return "prefixes in common save \((saved * 1000).rounded() / 10) % of tokens: "
            + "\(computedTokenCount) of \(tokenCount) computed in the first \(steps) steps"
    }
}
