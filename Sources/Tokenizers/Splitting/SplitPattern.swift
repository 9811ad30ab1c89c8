import CPCRE2
import Diagnostics

/// A compiled splitting pattern.
///
/// PCRE2's compiled code is read-only once made, so any number of threads may match with it, each with its own
/// ``Matcher``.
final class SplitPattern: @unchecked Sendable {
    private let code: OpaquePointer

    /// - Precondition: the pattern is well formed; patterns are ours, not the user's.
    init(_ rule: SplitRule) {
        var errorCode: Int32 = 0
        var errorOffset = 0
        let pattern = Array(rule.pattern.utf8)
        guard
            let code = pcre2_compile_8(
                pattern, pattern.count, PCRE2_UTF | PCRE2_UCP, &errorCode, &errorOffset, nil)
        else {
            preconditionFailure("split rule \(rule): PCRE2 error \(errorCode) at offset \(errorOffset)")
        }
        self.code = code
        // Where the processor has no JIT, matching interprets the pattern instead.
        _ = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
    }

    deinit { pcre2_code_free_8(code) }

    /// The working memory of one thread that matches.
    final class Matcher {
        fileprivate let data: OpaquePointer
        fileprivate let context: OpaquePointer

        init() {
            guard let data = pcre2_match_data_create_8(1, nil), let context = pcre2_match_context_create_8(nil) else {
                fatalError("SplitPattern: out of memory")
            }
            // The patterns cannot run away; a long run of one kind only takes as many steps as it has characters.
            pcre2_set_match_limit_8(context, .max)
            pcre2_set_depth_limit_8(context, .max)
            self.data = data
            self.context = context
        }

        deinit {
            pcre2_match_data_free_8(data)
            pcre2_match_context_free_8(context)
        }
    }

    /// Calls `body` with each word of `text`, in order; together they are the whole text.
    ///
    /// - Parameter text: valid UTF-8.
    func forEachWord(
        in text: UnsafeBufferPointer<UInt8>, using matcher: Matcher, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        let bounds = pcre2_get_ovector_pointer_8(matcher.data)!
        var start = 0
        while start < text.count {
            var status = pcre2_match_8(
                code, text.baseAddress, text.count, start, PCRE2_NO_UTF_CHECK, matcher.data, matcher.context)
            if status == PCRE2_ERROR_JIT_STACKLIMIT {
                status = pcre2_match_8(
                    code, text.baseAddress, text.count, start, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, matcher.data,
                    matcher.context)
            }
            let end = bounds[1]
            require(
                status > 0 && bounds[0] == start && end > start, "split rule: PCRE2 status \(status) at byte \(start)")
            body(UnsafeBufferPointer(rebasing: text[start..<end]))
            start = end
        }
    }
}
