import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Training

@Suite("Rows of the reference cases")
struct ReferenceRowsTests {
    private static let references = Fixtures.root.appendingPathComponent("../shared/reference")

    @Test(
        "tokens and numbers of loss tokens are those of transformers",
        .enabled(if: FileManager.default.fileExists(atPath: references.path)),
        arguments: ["sft_plain", "sft_rope_tied_rslora", "sft_nf4"])
    func tokens(name: String) throws {
        let folder = Self.references.appendingPathComponent(name)
        func json(_ file: String) throws -> [JSONValue] {
            let bytes = Array(try Data(contentsOf: folder.appendingPathComponent(file)))
            return try #require(JSONValue(parsing: bytes, file: file, exitCode: .data).array)
        }
        let configuration = try TrainConfiguration(contentsOfFile: folder.appendingPathComponent("config.json").path)
        let encoder = RowEncoder(
            tokenizer: try Tokenizer(modelFolder: URL(fileURLWithPath: configuration.model.path)),
            maxLength: configuration.data.maxLength)
        let dataset = try encoder.encodeAll(of: DatasetReader(path: configuration.data.train))
        let expected = try json("ids.json").map { try #require($0.array).map { Int32(try #require($0.integer)) } }
        #expect(dataset.rows.prefix(expected.count).map(\.tokens) == expected)

        var planner = BatchPlanner(configuration, rowCount: dataset.rows.count)
        for record in try json("curve.json") {
            let lossTokens = planner.nextStep().rows.reduce(0) { $0 + dataset.rows[$1].lossTokenCount }
            #expect(lossTokens == record["num_loss_tokens"]?.integer)
        }
    }
}
