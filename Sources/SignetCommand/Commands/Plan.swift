import ArgumentParser
import CommandSupport
import Files
import Foundation
import Signet

/// `signet plan`: what a run over many hosts would take.
struct PlanCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Predicts step time, memory, energy and days of a run over many hosts.",
        discussion: """
            Nothing is trained: a cost model puts together what one rank computes, an α–β network, rows that cannot be \
            divided, and ranks that are now and then slow. Every assumption is printed. --measured holds it against runs.
            """)

    @Option(
        help: ArgumentHelp(
            "Numbers of hosts, separated by commas; otherwise 1, 2, 4 … 1024.", valueName: "n,n"))
    var nodes: String?

    @Option(
        help: ArgumentHelp(
            "The network: \(ClusterNetwork.known.map(\.name).joined(separator: ", ")), or α and β such as 25us,1.2GB/s.",
            valueName: "network"))
    var network: String

    @Option(help: ArgumentHelp("The config of the run; its model and rows are read.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Without a config: \(ModelShape.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "shape"))
    var modelShape: String?

    @OptionGroup var work: PlanWorkOptions

    @OptionGroup var speed: PlanSpeedOptions

    @Option(help: ArgumentHelp("Ranks of each host; they share one base.", valueName: "n"))
    var ranksPerHost = 1

    @Option(help: ArgumentHelp("What a host draws.", valueName: "watts"))
    var wattsPerNode = 350.0

    @Option(
        help: ArgumentHelp(
            "Step times (JSON) to fit the model to and to print its error on.", valueName: "file"))
    var measured: String?

    @Flag(help: "Print a JSON object.")
    var json = false

    @OptionGroup var machine: MachineOptions

    func validate() throws {
        guard config == nil || modelShape == nil else {
            throw ValidationError("--config and --model-shape: expected one of them, found both")
        }
        guard ranksPerHost > 0, wattsPerNode >= 0 else {
            throw ValidationError("--ranks-per-host, --watts-per-node: expected numbers above 0")
        }
    }

    func run() throws {
        let (model, workload, configuration) = try planned()
        let measurements = try measured.map { try ClusterMeasurements(contentsOfFile: $0) }
        let rate =
            try measurements?.rate(workload)
            ?? speed.rate(model, workload, ranksPerHost: ranksPerHost)
        var plan = ClusterPlan(model, workload, rate, try ClusterNetwork(parsing: network))
        plan.ranksPerHost = ranksPerHost
        plan.rowsPerRank = work.rowsPerRank
        plan.wattsPerHost = wattsPerNode
        plan.saveSteps = configuration?.training.saveSteps ?? plan.saveSteps
        plan.gradientType = configuration?.training.gradientDtype ?? plan.gradientType
        if let measurements { plan.localNetwork = measurements.localNetwork }
        let predictions = try hostCounts().map(plan.prediction)
        guard !json else { return try StandardOutput.write(plan.json(predictions).prettyText) }
        try StandardOutput.write(plan.text(predictions))
        if let measurements { try StandardOutput.write("\n" + plan.comparison(with: measurements) + "\n") }
    }

    /// Refuses what is no list of numbers of hosts.
    private func hostCounts() throws -> [Int] {
        guard let nodes else { return (0...10).map { 1 << $0 } }
        let counts = nodes.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard counts.allSatisfy({ $0.map { (1...100_000).contains($0) } ?? false }) else {
            throw InputError(
                .usage, at: "--nodes", "expected numbers from 1 to 100000 such as 1,2,4, found \"\(nodes)\"")
        }
        return counts.compactMap { $0 }
    }

    private func planned() throws -> (PlannedModel, ClusterWorkload, TrainConfiguration?) {
        if let config {
            let configuration = try TrainConfiguration(contentsOfFile: config)
            let location = try ModelLocation.open(URL(fileURLWithPath: configuration.model.path))
            let rows = try TokenizedDataset(trainingRowsOf: configuration, location)
            var workload = ClusterWorkload(configuration, rows, rowsPerStep: work.rowsPerStep)
            if let tokens = work.tokens { workload.totalTokens = tokens }
            return (try PlannedModel(configuration, location), workload, configuration)
        }
        let name = modelShape ?? ModelShape.llama318B.rawValue
        guard let shape = ModelShape(rawValue: name) else {
            throw InputError(
                .usage, at: "--model-shape",
                "expected one of \(ModelShape.allCases.map(\.rawValue).joined(separator: ", ")), found \"\(name)\"")
        }
        return (PlannedModel(shape), work.workload, nil)
    }
}
