import ArgumentParser
import Signet

/// What is to be computed.
struct PlanWorkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Rows of a step; otherwise the config's, or 64.", valueName: "n"))
    var rowsPerStep: Int?

    @Option(help: ArgumentHelp("Rows of a step for each rank: steps grow with the ranks.", valueName: "n"))
    var rowsPerRank: Int?

    @Option(help: ArgumentHelp("Without a config: tokens of a row on average, half more at most.", valueName: "n"))
    var rowTokens = 661

    @Option(help: ArgumentHelp("Without a config: the share of tokens with loss.", valueName: "share"))
    var lossShare = 0.3

    @Option(help: ArgumentHelp("Tokens of the run; otherwise the config's epochs, or ten million.", valueName: "n"))
    var tokens: Double?

    func validate() throws {
        guard rowsPerStep ?? 1 > 0, rowsPerRank ?? 1 > 0, rowTokens > 1, tokens ?? 1 > 0 else {
            throw ValidationError("--rows-per-step, --rows-per-rank, --row-tokens, --tokens: expected numbers above 0")
        }
        guard lossShare > 0, lossShare <= 1 else {
            throw ValidationError("--loss-share: expected a number from 0 to 1, found \(lossShare)")
        }
    }

    /// Rows of which nothing but a number and a mean is known.
    var workload: ClusterWorkload {
        ClusterWorkload(
            rowCount: rowsPerStep ?? 64, meanTokens: rowTokens, lossShare: lossShare, totalTokens: tokens ?? 1e7)
    }
}

/// How fast a host is.
struct PlanSpeedOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What a host alone trains; rules over the two below.", valueName: "rate"))
    var tokensPerSecond: Double?

    @Flag(help: "Measure it here, in less than a minute at 8B, for as many cores as a host has.")
    var calibrate = false

    @Option(help: ArgumentHelp("Cores of a host; otherwise those of this machine.", valueName: "n"))
    var coresPerNode: Int?

    @Option(
        help: ArgumentHelp(
            "The standard deviation of a rank's time for the same work, over its mean; otherwise measured by --calibrate, or 0.02.",
            valueName: "share"))
    var noise: Double?

    func validate() throws {
        guard tokensPerSecond ?? 1 > 0, coresPerNode ?? 1 > 0 else {
            throw ValidationError("--tokens-per-second, --cores-per-node: expected numbers above 0")
        }
        guard (0...0.1).contains(noise ?? 0) else {
            throw ValidationError("--noise: expected a number from 0 to 0.1, found \(noise ?? 0)")
        }
    }

    /// The rate of each of a host's ranks.
    func rate(_ model: PlannedModel, _ workload: ClusterWorkload, ranksPerHost: Int) throws -> ComputeRate {
        let cores = coresPerNode ?? Machine.threadCount
        let noise = noise ?? 0.02
        if let tokensPerSecond {
            return ComputeRate(
                tokensPerSecond: tokensPerSecond / Double(ranksPerHost), deviation: noise,
                source: "\(tokensPerSecond) tokens/s a host, as told")
        }
        guard calibrate else {
            return ComputeRate(
                model, workload, coresPerRank: Double(cores) / Double(ranksPerHost), deviation: noise)
        }
        var rate = try ComputeRate.calibrated(
            model.shape, rowTokens: Int(workload.tokensPerStep / workload.rowsPerStep), lossShare: workload.lossShare)
        rate.tokensPerSecond *= Double(cores) / Double(Machine.threadCount) / Double(ranksPerHost)
        if let told = self.noise { rate.deviation = told }
        return rate
    }
}
