extension String {
    /// Whether both say the same letter by letter, wherever their blanks and line ends are.
    func isSameButForBlanks(as other: String) -> Bool {
        self == other || filter { !$0.isWhitespace } == other.filter { !$0.isWhitespace }
    }
}
