/// What a model does in SEAL: rewrite texts, infer what they give away, or judge how useful they still are.
public enum Role: String, CaseIterable, Sendable {
    case anonymizer, adversary, judge
}
