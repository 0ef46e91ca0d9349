FROM debian:12.7 AS all
ENTRYPOINT ["a"]
# want error DF015
ENTRYPOINT ["b"]
CMD ["a"]
# want warning DF014
CMD ["b"]
HEALTHCHECK --timeout=3s CMD ["a"]
# want warning DF016
HEALTHCHECK --timeout=3s CMD ["b"]
FROM debian:12.7
USER 10001
ENTRYPOINT ["a"]
CMD ["b"]
HEALTHCHECK NONE
