import Files
import Foundation
import TestSupport
import Testing
import Training

@testable import Anonymization

@Suite("Synthesis")
struct SynthesisTests {
    @Test("2,600 profiles write more than 10,000 distinct texts, in English and eight other languages")
    func distinct() {
        let synthesis = Synthesis(profiles: 2600, seed: 1)
        #expect(Set(synthesis.texts().map(\.text)).count > 10_000)
        let languages = (1...300).compactMap { synthesis.persona($0).language?.code }
        #expect(Set(languages).count == WrittenLanguage.all.count && languages.count < 90)
    }

    @Test("a profile depends on the seed and its number alone, so that more profiles begin with the same ones")
    func seeded() {
        let (few, many) = (Synthesis(profiles: 3, seed: 5), Synthesis(profiles: 9, seed: 5))
        #expect(few.texts() == Array(many.texts().prefix(12)))
        #expect(few.trajectories() == Array(many.trajectories().prefix(few.trajectories().count)))
        #expect(few.texts() != Synthesis(profiles: 3, seed: 6).texts())
    }

    @Test("no text has a place left to fill in, two blanks in a row, or a group's signs")
    func complete() {
        for trajectory in Synthesis(profiles: 400, seed: 2).trajectories() {
            for state in trajectory.states {
                #expect(!state.text.contains { "{}[]|".contains($0) }, "\(state.text)")
                #expect(
                    !state.text.contains("  ") && !state.text.contains(" .") && !state.text.contains(" ,"),
                    "\(state.text)")
                #expect(state.text.first?.isWhitespace == false && state.text.last?.isWhitespace == false)
            }
        }
    }

    @Test("every sentence of every topic can be filled in and said at every level")
    func everyClue() {
        let personas = (1...400).map { Persona(number: $0, seed: 3) }
        for language in [nil] + WrittenLanguage.all.map(Optional.some) {
            let authors = personas.filter { $0.language?.code == language?.code }
            for clue in (language?.topics ?? Topic.all).flatMap(\.clues) {
                let author = authors.first { $0.fits(clue) }
                guard let author else {
                    // With eight languages not every one has an author whom every sentence fits.
                    #expect(language != nil, "\(clue.template.pieces)")
                    continue
                }
                var random = SynthesisRandom(seed: 1)
                let values = author.values(&random)
                let levels = Level.allCases.map { clue.template.rendered($0, values).text }
                #expect(levels.allSatisfy { !$0.isEmpty } && levels[0] != levels[2], "\(levels)")
            }
        }
    }

    @Test("every language has topics of its own, with names of people and dates in its own format")
    func languages() {
        for language in WrittenLanguage.all {
            #expect(language.topics.count >= 3 && Set(language.topics.map(\.name)).count == language.topics.count)
            let names = Set(language.topics.flatMap(\.clues).flatMap(\.template.names))
            #expect(names.isSuperset(of: ["friend", "birthDate", "birthYear", "city", "job", "age"]))
            let sentences = language.topics.flatMap { $0.openers + $0.remarks + $0.closers.filter { !$0.isEmpty } }
            #expect(Set(sentences).count == sentences.count)
        }
        let dates = WrittenLanguage.all.map { $0.dates.written(year: 1987, month: 3, day: 5) }
        #expect(Set(dates) == ["05.03.1987", "05/03/1987", "1987年3月5日"])
    }

    @Test("spans mark what was filled in, in Unicode scalars, whatever the script and the way of typing")
    func spans() {
        let synthesis = Synthesis(profiles: 300, seed: 4)
        let texts = synthesis.texts() + synthesis.maskingTexts()
        var types: Set<String> = []
        for text in texts {
            let scalars = Array(text.text.unicodeScalars)
            for span in text.spans ?? [] {
                #expect(span.range.upperBound <= scalars.count && !span.range.isEmpty)
                types.insert(span.type)
                let marked = scalars[span.range]
                #expect(!marked.first!.properties.isWhitespace && !marked.last!.properties.isWhitespace)
            }
        }
        #expect(types.sorted() == MaskingRows.types)
        let city = texts.first { $0.id.hasPrefix("p") && $0.truth[.location] != nil && $0.spans?.isEmpty == false }
        #expect(city != nil)
    }

    @Test("the files are read back by the readers, whole, and have the same bytes each time")
    func files() throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let synthesis = Synthesis(profiles: 40, seed: 9)
        let (first, second) = (folder.appendingPathComponent("a"), folder.appendingPathComponent("b"))
        let counts = try synthesis.write(to: first)
        #expect(try synthesis.write(to: second) == counts)
        let names = ["profiles", "texts", "trajectories", "masking", "instructions"].map { $0 + ".jsonl" }
        for name in names {
            #expect(
                try Data(contentsOf: first.appendingPathComponent(name))
                    == Data(contentsOf: second.appendingPathComponent(name)))
        }
        func path(_ name: String) -> String { first.appendingPathComponent(name).path }
        let (trajectories, report) = try TrajectoryReader(path: path("trajectories.jsonl")).trajectories()
        #expect(trajectories == synthesis.trajectories() && report.counts.isEmpty)
        let texts = try SourceReader(path: path("texts.jsonl")).texts()
        #expect(texts.texts == synthesis.texts() && texts.report.counts.isEmpty)
        #expect(try DatasetReader(path: path("masking.jsonl")).rows().count == 160)
        #expect(try DatasetReader(path: path("instructions.jsonl")).rows().count == 160)
        #expect(counts.profiles == 40 && counts.texts == 160 && counts.trajectories == trajectories.count)
    }
}
