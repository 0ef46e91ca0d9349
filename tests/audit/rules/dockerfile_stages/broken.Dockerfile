# want error DF001
RUN early
FROM debian:12.7 AS base
# want error DF001
COPPY app /app
# want error DF001
COPY --form=x a /b
# want error DF001
HEALTHCHECK --timeout=5 CMD ["a"]
# want error DF001
ENV A=1 B
# want error DF001
LABEL a="b
# want error DF001
FROM debian:12.7 base
# want error DF001
ONBUILD FROM debian:12.7
USER 10001
# want error DF001
RUN <<EOF
never ended
