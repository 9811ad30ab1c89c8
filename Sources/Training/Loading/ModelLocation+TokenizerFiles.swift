import ModelFiles

extension ModelLocation {
    /// The files of a Hugging Face folder that its tokenizer and chat template come from, where they are there.
    static let tokenizerFileNames = [
        "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "special_tokens_map.json",
        "generation_config.json",
    ]
}
