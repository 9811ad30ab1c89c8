import Files
import Tensors

/// Masks personal data in texts by a model that was taught it, as by the rows of `signet synthesize`.
///
/// Only the masks of an answer are taken, never its words: they are placed in the original, whose every other character
/// stays. An answer that changed more than it masked is used where all its masks can be placed, and marked; otherwise
/// another is asked for, and of the last resort the one of which most masks can be placed. A result depends on the settings
/// and the text alone, not on what is masked beside it.
public struct TextMasking: Sendable {
    public let model: any ChatModel
    public let settings: MaskingSettings

    /// A mask for more characters than this needs a human's eye.
    public static let longestMask = 80

    public init(_ model: any ChatModel, settings: MaskingSettings = MaskingSettings()) {
        self.model = model
        self.settings = settings
    }

    /// Masks a text.
    ///
    /// - Throws: what the model throws, but for `ChatRefusal`, which leaves the text as it is.
    public func mask(_ text: String) async throws -> MaskingResult {
        guard text.contains(where: { !$0.isWhitespace }) else {
            return MaskingResult(text, reviewReasons: [.emptyText])
        }
        let key = RandomKey(of: text, seed: settings.answers.seed)
        let types = Set(settings.types)
        var best = MaskPlacement()
        do {
            best = try await settings.answers.player(model, key: key).ask(
                RolePrompt.mask(text, types: settings.types)
            ) { reply throws(ReplyError) in
                let placement = MaskPlacement(of: try RoleReply.text(in: reply), in: text, types: types)
                if placement.spans.count > best.spans.count { best = placement }
                guard placement.isWhole else {
                    throw ReplyError(
                        "expected the text with masks and without other changes, found other words with "
                            + "\(placement.spans.count) of \(placement.maskCount) masks that can be placed")
                }
                return placement
            }
        } catch let error as ReplyError where best.spans.isEmpty {
            return MaskingResult(text, reviewReasons: [.notMasked(error.description)])
        } catch is ReplyError {
            // The best of what was answered.
        }
        return MaskingResult(text, spans: best.spans, reviewReasons: reviewReasons(best, text))
    }

    private func reviewReasons(_ placement: MaskPlacement, _ text: String) -> [MaskingReviewReason] {
        var reasons: [MaskingReviewReason] = []
        if !placement.isExact { reasons.append(.otherChanges) }
        let lost = placement.maskCount - placement.spans.count
        if !placement.isWhole { reasons.append(.lostMasks(lost, of: placement.maskCount)) }
        if let longest = placement.spans.map(\.range.count).max(), longest > Self.longestMask {
            reasons.append(.longMask(longest))
        }
        return reasons
    }
}

extension TextMasking: TextAnonymizer {
    public func anonymize(_ text: String) async throws -> MaskingResult { try await mask(text) }

    public func jsonLine(of result: MaskingResult, _ record: TextRecord) -> String {
        result.json(of: record, types: settings.types).compactText
    }
}
