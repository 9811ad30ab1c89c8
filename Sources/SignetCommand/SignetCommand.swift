import ArgumentParser

/// `signet`: everything around training.
struct SignetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signet", abstract: "Anonymizes texts with small language models, and all around training them.",
        discussion: """
            From texts to an anonymizer: synthesize or distill makes trajectories, tasks makes rows of them, the program \
            train trains on those, examine measures the student, anonymize anonymizes, evaluate compares what came out.
            """,
        subcommands: [
            SynthesizeCommand.self,
            TasksCommand.self,
            ExamineCommand.self,
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
