import Diagnostics
import Files
import Foundation

/// Made-up authors, texts and trajectories, to begin without any data: the same seed gives the same bytes everywhere.
///
/// Nothing in them is about anybody; no model is needed to make them.
public struct Synthesis: Sendable {
    /// How many authors.
    public let profiles: Int
    public let seed: UInt64
    /// How many texts each of them writes.
    public static let textsPerProfile = 4
    /// The most authors.
    public static let mostProfiles = 1_000_000

    /// - Parameter profiles: from 1 to `mostProfiles`.
    public init(profiles: Int, seed: UInt64) {
        require(1...Self.mostProfiles ~= profiles, "Synthesis: \(profiles) profiles")
        self.profiles = profiles
        self.seed = seed
    }

    func persona(_ number: Int) -> Persona { Persona(number: number, seed: seed) }

    func texts(of number: Int) -> [SyntheticText] {
        let persona = persona(number)
        return (0..<Self.textsPerProfile).map { SyntheticText(persona, profile: number, index: $0, seed: seed) }
    }

    /// All texts, in the order of the profiles.
    public func texts() -> [SourceText] { (1...profiles).flatMap { texts(of: $0).map(\.source) } }

    /// The teacher's trajectories, in the order of the texts.
    public func trajectories() -> [Trajectory] { (1...profiles).flatMap { texts(of: $0).flatMap(\.trajectories) } }

    /// Texts with marked personal data, as many as there are texts of authors.
    public func maskingTexts() -> [SourceText] {
        (1...profiles * Self.textsPerProfile).map { SourceText(maskingNumber: $0, seed: seed) }
    }
}
