import Diagnostics

extension ChatTemplate {
    /// The format that a model's Jinja template writes.
    ///
    /// The template is run, on conversations of every sequence of up to three roles and some longer ones, with and
    /// without a generation prompt; the contents are unknowns that can be written out and trimmed, and nothing else. A
    /// template that writes the same parts as a known format every time is that format, however it is spelled; one that
    /// looks into a content, or uses anything beyond the plain language, is refused. No template is taken for one that
    /// it is not because it has the same markers.
    ///
    /// - Throws: ``InputError`` with the list of known formats.
    public static func recognise(_ jinja: String) throws -> ChatTemplate {
        if let template = try? JinjaTemplate(jinja) {
            for candidate in allCases where candidate.isWritten(by: template) { return candidate }
        }
        throw ChatTemplateProblem.unknown(place: "chat template").error
    }

    private func isWritten(by template: JinjaTemplate) -> Bool {
        Self.probes.allSatisfy { roles in
            [false, true].allSatisfy { prompt in
                let expected = SymbolicText(parts(roles: roles, addingGenerationPrompt: prompt))
                return (try? template.render(roles: roles, addingGenerationPrompt: prompt)) == expected
            }
        }
    }

    private static let probes: [[String]] = {
        var probes: [[String]] = []
        var longest: [[String]] = [[]]
        for _ in 1...3 {
            longest = longest.flatMap { start in roles.map { start + [$0] } }
            probes += longest
        }
        let exchange = ["user", "assistant"]
        probes.append(["system"] + exchange + exchange + ["user"])
        probes.append(exchange + exchange + exchange + exchange)
        return probes
    }()
}

/// Why a model's chat format cannot be used. Plain text does not need it, so it is an error only when a chat comes.
enum ChatTemplateProblem: Sendable {
    case missing(place: String)
    case unknown(place: String)

    var error: InputError {
        let known = ChatTemplate.allCases.map(\.name).joined(separator: ", ")
        switch self {
        case .missing(let place):
            return InputError(.data, at: place, "expected a chat template of a known kind (\(known)), found none")
        case .unknown(let place):
            return InputError(
                .data, at: place, "expected a chat template of a known kind (\(known)), found one that writes otherwise"
            )
        }
    }
}
