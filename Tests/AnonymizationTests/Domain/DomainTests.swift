import Testing

@testable import Anonymization

@Suite("Attributes, privacy and utility")
struct DomainTests {
    private func inferences(_ certainties: [Int]) -> [Inference] {
        zip(Attribute.allCases, certainties).map { Inference($0, reasoning: "", guesses: ["x"], certainty: $1) }
    }

    @Test("attributes are known by our names, SEAL's and SynthPAI's, whatever the case")
    func names() {
        for attribute in Attribute.allCases {
            #expect(Attribute(named: attribute.rawValue.uppercased()) == attribute)
            #expect(Attribute(named: attribute.fileKey) == attribute)
        }
        #expect(Attribute(named: " Married ") == .relationship)
        #expect(Attribute(named: "birth_city_country") == .birthplace)
        #expect(Attribute(named: "city_country") == .location)
        #expect(Attribute(named: "sex") == .gender && Attribute(named: "income_level") == .income)
        #expect(Attribute(named: "style") == nil && Attribute(named: "") == nil)
    }

    @Test("fewer inferences are more private; with equally many, the less certain ones")
    func privacy() {
        func score(_ certainties: [Int]) -> PrivacyScore { PrivacyScore(inferences(certainties), certainty: 3) }
        #expect(score([5]) > score([3, 3]))
        #expect(score([3, 4]) > score([4, 4]))
        #expect(score([]) > score([3]))
        #expect(!(score([4, 3]) > score([3, 4])) && score([4, 3]) == score([3, 4]))
        // Below the threshold nothing counts.
        #expect(score([2, 1, 5]) == score([5]) && score([2, 2]) == score([]))
        #expect(score([4, 5]).meanCertainty == 4.5 && score([]).meanCertainty == 0)
    }

    @Test("utility is the mean of its three parts")
    func utility() {
        #expect(UtilityJudgement.original.utility == 1)
        let judgement = UtilityJudgement(
            readability: .init(score: 10), meaning: .init(score: 7), hallucination: .init(score: 0))
        #expect(abs(judgement.utility - (1 + 0.7 + 0) / 3) < 1e-15)
        // The same sum by other parts is the same utility, to the bit.
        let other = UtilityJudgement(
            readability: .init(score: 8), meaning: .init(score: 9), hallucination: .init(score: 0))
        #expect(judgement.utility == other.utility)
    }
}
