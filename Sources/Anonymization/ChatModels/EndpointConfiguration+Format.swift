import ChatEndpoints
import Files
import Training

extension EndpointConfiguration {
    /// How an endpoint looks in a config. What only drives it, or says where its key is, changes no reply.
    package static var format: ConfigFormat<Self> {
        .section(
            EndpointConfiguration(baseURL: "", model: ""),
            [
                ConfigField("base_url", \.baseURL, .text(), isRequired: true),
                ConfigField("model", \.model, .text(), isRequired: true),
                ConfigField("api_key_env", \.keyVariable, ConfigFormat.keyVariable.orNull, changesResult: false),
                ConfigField("omit", \.omittedParameters, .list(of: .choice(of: Parameter.allCases))),
                ConfigField("max_tokens_parameter", \.lengthParameter, .choice(of: LengthParameter.allCases)),
                ConfigField(
                    "timeout", \.timeout, .number("above 0 and at most 86400") { $0 > 0 && $0 <= 86400 },
                    changesResult: false),
                ConfigField("max_retries", \.maxRetries, .wholeNumber(in: 0...1000), changesResult: false),
                ConfigField(
                    "max_concurrent_requests", \.maxConcurrentRequests, .wholeNumber(in: 1...1000), changesResult: false
                ),
                ConfigField(
                    "requests_per_minute", \.requestsPerMinute, ConfigFormat.positive().orNull, changesResult: false),
                ConfigField(
                    "tokens_per_minute", \.tokensPerMinute, ConfigFormat.positive().orNull, changesResult: false),
                ConfigField(
                    "price_per_million_prompt_tokens", \.promptTokenPrice, ConfigFormat.nonNegative().orNull,
                    changesResult: false),
                ConfigField(
                    "price_per_million_completion_tokens", \.completionTokenPrice, ConfigFormat.nonNegative().orNull,
                    changesResult: false),
            ])
    }
}

extension ConfigFormat where Value == String {
    /// The name of an environment variable, in capitals as names are and keys hardly ever. What is none is not shown: it may
    /// be the key itself.
    fileprivate static var keyVariable: Self {
        Self(
            expected: "the name of an environment variable",
            read: { value, place in
                guard let name = value.string, name.wholeMatch(of: /[A-Z_][A-Z0-9_]*/) != nil else {
                    throw place.error(
                        "expected the name of an environment variable in capitals, such as OPENAI_API_KEY, found something "
                            + "else, which is not shown as it may be a key", line: value.line)
                }
                return name
            }, write: { .string($0) })
    }
}
