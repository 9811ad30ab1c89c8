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
            has no chat format or --raw is given. Text is printed as it comes and ends with the turn. Several prompts are \
            answered together, much faster than one after the other; their texts, the same as alone, are printed in the \
            order of the prompts.
            """)

    @OptionGroup var model: ModelOptions

    @OptionGroup var machine: MachineOptions

    @Option(
        name: .customLong("prompt"),
        help: ArgumentHelp(
            "What to answer or, with --raw, to continue; may be given several times.", valueName: "prompt"))
    var prompts: [String]

    @Option(help: ArgumentHelp("The most prompts that are answered at the same time.", valueName: "n"))
    var batchSize = 16

    @Option(help: "The system's turn before every prompt.")
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

    @Option(
        help: "What draws depend on: the same seed gives the same text. Every further prompt takes the next seed.")
    var seed: UInt64 = 0

    @Flag(help: "Print one JSON object a prompt at the end: text, tokens and stop_reason (stop or length).")
    var json = false

    func validate() throws {
        guard maxTokens >= 1 else { throw ValidationError("--max-tokens: expected at least 1, found \(maxTokens)") }
        guard temperature >= 0, temperature.isFinite else {
            throw ValidationError("--temperature: expected a number of at least 0, found \(temperature)")
        }
        guard topP > 0, topP <= 1 else {
            throw ValidationError("--top-p: expected a number above 0 and at most 1, found \(topP)")
        }
        guard !prompts.isEmpty else { throw ValidationError("--prompt: expected at least one") }
        guard batchSize >= 1 else { throw ValidationError("--batch-size: expected at least 1, found \(batchSize)") }
        if raw, system != nil { throw ValidationError("--system needs a chat format, which --raw does without") }
    }

    func run() throws {
        let location = try model.open()
        let tokenizer = try Tokenizer(of: location)
        let longest = location.configuration.maxPositionEmbeddings
        let requests = try prompts.enumerated().map { index, prompt in
            let tokens = try promptTokens(prompt, tokenizer)
            guard tokens.count < longest else {
                throw InputError(
                    .data, at: "--prompt", "expected fewer than \(longest) tokens, found \(tokens.count)")
            }
            return GenerationRequest(
                prompt: tokens, maximum: min(maxTokens, longest - tokens.count),
                sampler: Sampler(temperature: temperature, topP: topP, seed: seed &+ UInt64(index)))
        }
        let generator = BatchGenerator(
            model: try model.load(location),
            stopTokens: tokenizer.endOfTurnTokens.union(location.generationEndTokens.map { Int32(clamping: $0) }),
            slots: batchSize)
        let isStreamed = !json && requests.count == 1
        var decoder = StreamingDecoder(tokenizer)
        let generated = try generator.generate(requests) { _, token in
            if isStreamed { try StandardOutput.write(decoder.append(token)) }
            return true
        }
        if isStreamed { return try StandardOutput.writeLine(decoder.finish()) }
        for (request, tokens) in zip(requests, generated) {
            let text = tokenizer.decode(tokens, skippingSpecialTokens: true)
            guard json else {
                try StandardOutput.writeLine(text)
                continue
            }
            let result = JSONValue.object([
                .init("text", .string(text)),
                .init("tokens", .array(tokens.map { .number(Int($0)) })),
                .init("stop_reason", .string(tokens.count < request.maximum ? "stop" : "length")),
            ])
            try StandardOutput.writeLine(result.compactText)
        }
    }

    private func promptTokens(_ prompt: String, _ tokenizer: Tokenizer) throws -> [Int32] {
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
