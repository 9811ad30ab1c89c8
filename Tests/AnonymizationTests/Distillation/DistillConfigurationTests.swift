import Anonymization
import ChatEndpoints
import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite("The config of a distillation")
struct DistillConfigurationTests {
    private func configuration(_ json: String, overrides: [String] = []) throws -> DistillConfiguration {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("distill.json")
        try Data(json.utf8).write(to: file)
        do {
            return try DistillConfiguration(contentsOfFile: file.path, overrides: overrides)
        } catch {
            throw InputError(error.exitCode, at: error.place.replacing(folder.path + "/", with: ""), error.message)
        }
    }

    private static let least = """
        {"texts": "texts.jsonl", "anonymizer": {"endpoint": {"base_url": "https://example.com/v1", "model": "m"}}}
        """

    @Test("what is not said has its default, and the resolved config reads back as the same")
    func defaults() throws {
        let read = try configuration(Self.least)
        #expect(read.rounds == 3 && read.certainty == 3 && read.parseRetries == 3)
        #expect(read.protect == Attribute.allCases && read.judge == RoleConfiguration())
        #expect(read.texts.hasPrefix("/") && read.outputDir.hasSuffix("/Checkpoints/distill"))
        #expect(read.anonymizer.endpoint == EndpointConfiguration(baseURL: "https://example.com/v1", model: "m"))
        #expect(try configuration(read.resolvedJSON) == read)
    }

    @Test("overrides are set, and every setting of an endpoint is read")
    func overrides() throws {
        let read = try configuration(
            Self.least,
            overrides: [
                "rounds=5", "protect=[\"age\", \"location\"]", "anonymizer.endpoint.api_key_env=KEY",
                "anonymizer.endpoint.omit=[\"seed\"]", "anonymizer.endpoint.max_tokens_parameter=max_completion_tokens",
                "anonymizer.endpoint.price_per_million_prompt_tokens=2.5", "anonymizer.temperature=0.5",
                "anonymizer.endpoint.tokens_per_minute=30000",
            ])
        var endpoint = EndpointConfiguration(baseURL: "https://example.com/v1", model: "m")
        endpoint.keyVariable = "KEY"
        endpoint.omittedParameters = [.seed]
        endpoint.lengthParameter = .maxCompletionTokens
        endpoint.promptTokenPrice = 2.5
        endpoint.tokensPerMinute = 30000
        #expect(read.anonymizer.endpoint == endpoint && read.anonymizer.temperature == 0.5)
        #expect(read.rounds == 5 && read.protect == [.age, .location])
        #expect(try configuration(read.resolvedJSON) == read)
    }

    @Test(
        "what stands in the place of a variable's name is not shown: it may be the key", arguments: ["sk-1", "hf_aB3"])
    func misplacedKey(key: String) {
        let error = #expect(throws: InputError.self) {
            try configuration(
                #"{"texts": "t", "anonymizer": {"endpoint": {"base_url": "u", "model": "m", "api_key_env": "\#(key)"}}}"#
            )
        }
        #expect(error?.exitCode == .config && error?.place == "distill.json:1: anonymizer.endpoint.api_key_env")
        #expect(error.map { "\($0)".contains(key) } == false)
    }

    @Test(
        "what is wrong is named with its line and key",
        arguments: [
            (
                #"{"texts": "t", "anonymizer": {"endpoint": {"base_url": "u", "model": "m", "api_key": "sk-1"}}}"#,
                "distill.json:1: anonymizer.endpoint.api_key", "unknown key, did you mean api_key_env?"
            ),
            (
                #"{"texts": "t", "anonymizer": {}}"#, "distill.json:1: anonymizer",
                "expected an endpoint or a model, found neither"
            ),
            (
                #"{"texts": "t", "anonymizer": {"endpoint": {"base_url": "u", "model": "m"}, "model": {"path": "m"}}}"#,
                "distill.json:1: anonymizer", "expected an endpoint or a model, found both"
            ),
            (
                #"{"texts": "t", "anonymizer": {"endpoint": {"base_url": "u", "model": "m"}}, "certainty": 6}"#,
                "distill.json:1: certainty", "expected a whole number from 1 to 5, found 6"
            ),
            (
                #"{"texts": "t", "anonymizer": {"endpoint": {"base_url": "u"}}}"#,
                "distill.json:1: anonymizer.endpoint.model", "missing, expected a non-empty string"
            ),
            (#"{"anonymizer": {"model": {"path": "m"}}}"#, "distill.json:1: texts", "missing, expected a path"),
        ])
    func errors(json: String, place: String, message: String) {
        #expect(throws: InputError(.config, at: place, message)) { try configuration(json) }
    }
}
