import ArgumentParser
import CommandSupport
import Files
import Signet

/// `signet generate`: text from a model.
struct GenerateCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Generates text.",
        discussion: """
            The prompt is the user's turn of a chat in the model's own format, or plain text to continue where the model \
            has no chat format or --raw is given. Text is printed as it comes and ends with the turn.
            """)

    @OptionGroup var model: ModelOptions

    @OptionGroup var machine: MachineOptions

    @Option(help: "What to answer or, with --raw, to continue.")
    var prompt: String

    @Option(help: "The system's turn before the prompt.")
    var system: String?

    @Flag(help: "Continue the prompt as plain text.")
    var raw = false

    @Option(help: ArgumentHelp("The most tokens to generate.", valueName: "n"))
    var maxTokens = 256

    @Option(help: ArgumentHelp("Divides the logits; 0 always takes the most probable token.", valueName: "t"))
    var temperature: Float = 0

    @Option(
        help: ArgumentHelp(
            "Draw from the fewest most probable tokens that together reach this probability.", valueName: "p"))
    var topP: Float = 1

    @Option(help: "What draws depend on: the same seed gives the same text.")
    var seed: UInt64 = 0

    @Flag(help: "Print one JSON object at the end: text, tokens and stop_reason (stop or length).")
    var json = false

    func validate() throws {
        guard maxTokens >= 1 else { throw ValidationError("--max-tokens: expected at least 1, found \(maxTokens)") }
        guard temperature >= 0, temperature.isFinite else {
            throw ValidationError("--temperature: expected a number of at least 0, found \(temperature)")
        }
        guard topP > 0, topP <= 1 else {
            throw ValidationError("--top-p: expected a number above 0 and at most 1, found \(topP)")
        }
        if raw, system != nil { throw ValidationError("--system needs a chat format, which --raw does without") }
    }

    func run() throws {
        let location = try model.open()
        let tokenizer = try Tokenizer(of: location)
        let tokens = try promptTokens(tokenizer)
        let room = location.configuration.maxPositionEmbeddings - tokens.count
        guard room > 0 else {
            throw InputError(
                .data, at: "--prompt",
                "expected fewer than \(location.configuration.maxPositionEmbeddings) tokens, found \(tokens.count)")
        }
        let limit = min(maxTokens, room)
        let generator = Generator(
            model: try model.load(location),
            stopTokens: tokenizer.endOfTurnTokens.union(location.generationEndTokens.map { Int32(clamping: $0) }),
            sampler: Sampler(temperature: temperature, topP: topP, seed: seed))
        var decoder = StreamingDecoder(tokenizer)
        let generated = try generator.generate(prompt: tokens, maximum: limit) { token in
            if !json { try StandardOutput.write(decoder.append(token)) }
            return true
        }
        guard json else { return try StandardOutput.writeLine(decoder.finish()) }
        let result = JSONValue.object([
            .init("text", .string(tokenizer.decode(generated, skippingSpecialTokens: true))),
            .init("tokens", .array(generated.map { .number(Int($0)) })),
            .init("stop_reason", .string(generated.count < limit ? "stop" : "length")),
        ])
        try StandardOutput.writeLine(result.compactText)
    }

    private func promptTokens(_ tokenizer: Tokenizer) throws -> [Int32] {
        if !raw, tokenizer.hasChatTemplate {
            let messages = [
                system.map { ChatMessage(role: "system", content: $0) }, .init(role: "user", content: prompt),
            ]
            return try tokenizer.encodeChat(messages.compactMap { $0 }, addingGenerationPrompt: true)
        }
        guard system == nil else {
            throw InputError(.data, at: model.model, "expected a chat template for --system, found none")
        }
        let tokens = tokenizer.encode(prompt)
        let begins = tokenizer.addsBeginToken && tokens.first != tokenizer.beginToken
        let all = (begins ? [tokenizer.beginToken].compactMap { $0 } : []) + tokens
        guard !all.isEmpty else { throw InputError(.usage, at: "--prompt", "expected text to continue, found none") }
        return all
    }
}
