java {
    toolchain { languageVersion = JavaLanguageVersion.of(21) } // # also XA014
}
