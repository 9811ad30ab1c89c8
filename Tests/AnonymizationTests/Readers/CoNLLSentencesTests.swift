import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Anonymization

@Suite("Reading CoNLL-style files")
struct CoNLLSentencesTests {
    @Test("tokens become a text with blanks between them, and tags spans of Unicode scalars")
    func spans() throws {
        let (texts, report) = try readSource(
            "👩‍💻\tO\nZoë\tB-person\nÉclair\tI-person\nAnn\tB-person\n\t\r\nParis\tB-location\r\n\n", as: "a.conll")
        #expect(texts.map(\.text) == ["👩‍💻 Zoë Éclair Ann", "Paris"])
        #expect(
            texts[0].spanTexts == ["person: Zoë Éclair", "person: Ann"] && texts[1].spanTexts == ["location: Paris"])
        #expect(texts[0].spans?[0].range == 4..<14)
        #expect(texts.map(\.id) == ["1", "2"] && texts.map(\.profile) == ["1", "2"] && report.counts.isEmpty)
    }

    @Test("further columns, other schemes, documents and comments are understood; orphans are mended and counted")
    func schemes() throws {
        let (texts, report) = try readSource(
            """
            -DOCSTART- -X- -X- O

            # id = 7
            # O
            EU NNP B-NP I-ORG
            of IN B-PP S-MISC
            U.N. NNP B-NP B-ORG
            staff NN B-NP E-ORG
            x X X I-ORG
            -DOCSTART- -X- -X- O
            y Y Y L-PER
            """, as: "a.bio")
        #expect(texts.map(\.text) == ["# EU of U.N. staff x", "y"])
        #expect(texts[0].spanTexts == ["ORG: EU", "MISC: of", "ORG: U.N. staff", "ORG: x"])
        #expect(texts.map(\.profile) == ["document 1", "document 2"])
        #expect(report.counts.map(\.count) == [3] && report.counts[0].firstPlace.hasSuffix("a.bio:5"))
    }

    @Test(
        "a line that is no token with a tag is an error with its place, without its words",
        arguments: [("Paris", "1 field"), ("Paris\tLOC", "2 fields"), ("Paris\tNNP\tB-", "3 fields")])
    func malformed(line: String, found: String) throws {
        let error = #expect(throws: InputError.self) { try readSource("a\tO\n\(line)\n", as: "a.conll") }
        #expect(error?.message.contains("found \(found)") == true && error?.message.contains("Paris") == false)
        #expect(error?.place.hasSuffix("a.conll:2") == true && error?.exitCode == .data)
    }

    @Test(
        "WNUT-17 is read whole",
        .enabled(if: FileManager.default.fileExists(atPath: Fixtures.sharedData("wnut17_train.conll").path)))
    func real() throws {
        let (train, report) = try SourceReader(path: Fixtures.sharedData("wnut17_train.conll").path).texts()
        #expect(train.count == 3394 && train.compactMap(\.spans).joined().count == 1975 && report.counts.isEmpty)
        let (test, _) = try SourceReader(path: Fixtures.sharedData("wnut17_test.conll").path).texts()
        #expect(test.count == 1287 && test.compactMap(\.spans).joined().count == 1079)
        #expect(test[0].spanTexts == ["location: Sonmarg"])
    }
}
