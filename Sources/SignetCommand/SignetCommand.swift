import ArgumentParser

/// `signet`: everything around training.
struct SignetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signet", abstract: "Works with language models, adapters and checkpoints.",
        subcommands: [
            SynthesizeCommand.self,
            TasksCommand.self,
            GenerateCommand.self,
            DistillCommand.self,
            AnonymizeCommand.self,
            EvaluateCommand.self,
            ScoreCommand.self,
            TokenizeCommand.self,
            QuantizeCommand.self,
            PlanCommand.self,
            InspectCommand.self,
        ])
}
