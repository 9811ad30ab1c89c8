import ChatEndpoints
import Diagnostics
import Files
import Training

/// Who plays a role, and how its answers are drawn: a section of a JSON file.
///
/// Properties are named as the keys of the file, in camel case, and keep their defaults.
public struct RoleConfiguration: Sendable, Equatable {
    /// `endpoint`: an OpenAI-compatible endpoint.
    public var endpoint: EndpointConfiguration?
    /// `model`: a model of ours.
    public var model: TrainConfiguration.Model?
    /// `adapter_path`: a PEFT adapter folder for that model; nil: none.
    public var adapterPath: String?
    /// `temperature`: divides the logits; 0 always takes the most probable token.
    public var temperature = 0.0
    /// `top_p`: draw from the fewest most probable tokens that together reach this probability.
    public var topP = 1.0
    /// `max_tokens`: the most tokens of an answer.
    public var maxTokens = 1024
    /// `seed`: what draws depend on.
    public var seed = 0

    /// A role that another one's endpoint or model plays too.
    public init() {}
}

extension RoleConfiguration {
    static var format: ConfigFormat<Self> {
        .section(
            Self(),
            [
                ConfigField("endpoint", \.endpoint, EndpointConfiguration.format.orNull),
                ConfigField("model", \.model, TrainConfiguration.Model.format.orNull),
                ConfigField("adapter_path", \.adapterPath, ConfigFormat.path().orNull),
                ConfigField("temperature", \.temperature, .nonNegative()),
                ConfigField("top_p", \.topP, .number("above 0 and at most 1") { $0 > 0 && $0 <= 1 }),
                ConfigField("max_tokens", \.maxTokens, .wholeNumber(atLeast: 1)),
                ConfigField("seed", \.seed, .wholeNumber(atLeast: 0)),
            ])
    }
}

extension RoleConfiguration {
    /// - Parameter section: what the role was read from.
    func refuseContradictions(in section: JSONValue?, place: ConfigPlace) throws(InputError) {
        if endpoint != nil, model != nil {
            throw place.error("expected an endpoint or a model, found both", line: section?.line)
        }
        if adapterPath != nil, model == nil {
            throw place.inside("adapter_path").error(
                "expected null where there is no model beside it", line: section?["adapter_path"]?.line)
        }
    }
}
