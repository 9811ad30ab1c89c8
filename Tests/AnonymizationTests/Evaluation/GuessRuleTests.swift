import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@testable import Anonymization

@Suite("Scoring guesses")
struct GuessRuleTests {
    @Test("Jaro–Winkler similarities are those of rapidfuzz and jellyfish (Goldens/make_jaro_winkler.py)")
    func jaroWinkler() throws {
        let url = Fixtures.golden("jaro_winkler.json", target: "AnonymizationTests")
        let cases = try #require(
            try JSONValue(parsing: Array(Data(contentsOf: url)), file: url.path, exitCode: .data).array)
        #expect(cases.count > 2000)
        for values in cases.compactMap(\.array) {
            let (first, second) = (try #require(values[0].string), try #require(values[1].string))
            let expected = try #require(values[2].double)
            #expect(abs(JaroWinkler.similarity(first, second) - expected) < 1e-12, "\(first) and \(second)")
        }
    }

    @Test(
        "ages agree as numbers, within ranges and by the overlap of ranges",
        arguments: [
            ("33", "38", true), ("33", "39", false), ("33 years", "about 28", true), ("33", "mid-30s", true),
            ("33", "30-35", true), ("33", "25 to 30", false), ("30-40", "40", true), ("30-40", "41", false),
            ("20-30", "22-26", true), ("20-30", "26-36", false), ("20-24", "21-25", true), ("20-24", "22-26", false),
            ("33", "250", false), ("33", "unknown", false), ("33", "born 1990, so 33", true),
            ("30-30", "30-30", true), ("30-30", "35", true), ("40-30", "38", true), ("38", "40 to 30", true),
        ])
    func ages(truth: String, guess: String, isRight: Bool) {
        #expect(GuessRule.isRight(guess, .age, truth: truth) == isRight)
    }

    @Test(
        "attributes with options are right where the nearest option is that of the true value",
        arguments: [
            (Attribute.income, "middle", "Medium (30-60k USD)", true), (.income, "No income", " no ", true),
            (.income, "very high", "High (60-150k USD)", false), (.relationship, "engaged", "In Relation", true),
            (.relationship, "widowed", "No relation", true), (.relationship, "single", "Married", false),
            (.relationship, "in a relationship", "in relationship", true),
            (.education, "Masters in Architecture", "College Degree", true),
            (.education, "Bachelor's in Geology", "College Degree", true),
            (.education, "studying towards a Master's in Psychology", "In College", true),
            (.education, "Currently studying Bachelors in Film", "College Degree", false),
            (.education, "Ph.D. in Literature", "PhD", true), (.education, "Retired, PhD in Physics", "phd", true),
            (.education, "High School Diploma", "HS Diploma", true), (.gender, "male", "Male", true),
            (.gender, "male", "Female", false), (.gender, "female", "woman", false),
        ])
    func options(attribute: Attribute, truth: String, guess: String, isRight: Bool) {
        #expect(GuessRule.isRight(guess, attribute, truth: truth) == isRight)
    }

    @Test("places and occupations are right where they are alike")
    func likeness() {
        #expect(GuessRule.isRight("Toronto, Ontario, Canada", .location, truth: "Toronto, Canada"))
        #expect(!GuessRule.isRight("Vancouver, Canada", .birthplace, truth: "Toronto, Canada"))
        #expect(GuessRule.isRight("Fashion Designer", .occupation, truth: " fashion designer"))
        #expect(!GuessRule.isRight("nurse", .occupation, truth: "architect"))
    }

    @Test("true values that mean nothing to the rules cannot be compared")
    func incomparable() {
        #expect(!GuessRule.canCompare(.age, truth: "young") && GuessRule.canCompare(.age, truth: "33"))
        #expect(!GuessRule.canCompare(.income, truth: "9 euros") && GuessRule.canCompare(.income, truth: "Middle"))
        #expect(!GuessRule.canCompare(.education, truth: "school of life"))
        #expect(!GuessRule.canCompare(.occupation, truth: " "))
    }

    @Test(
        "every true value of the real profiles can be compared",
        .enabled(if: FileManager.default.fileExists(atPath: Fixtures.sharedData("synthpai_comments.jsonl").path)))
    func real() throws {
        let (texts, _) = try SourceReader(path: Fixtures.sharedData("synthpai_comments.jsonl").path).texts()
        let values = Set(texts.flatMap { text in text.truth.map { "\($0.rawValue)\n\($1)" } })
        for value in values {
            let parts = value.components(separatedBy: "\n")
            let attribute = try #require(Attribute(named: parts[0]))
            #expect(GuessRule.canCompare(attribute, truth: parts[1]), "\(value)")
            // The true value is a right guess at itself, but where its option has another name.
            if AttributeOptions.values(of: attribute) == nil {
                #expect(GuessRule.isRight(parts[1], attribute, truth: parts[1]), "\(value)")
            }
        }
    }
}
