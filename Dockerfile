# One program in an image of a few megabytes, for a user without rights. docs/operating.md says how to run it.

FROM node:22-bookworm-slim AS node

FROM rust:1-bookworm AS build
COPY --from=node /usr/local /usr/local
WORKDIR /tincan
COPY . .
RUN make release
RUN mkdir -m 0700 /data

# Has what looks after the health of the program.
FROM busybox:1.37-musl
COPY --from=build /tincan/target/release/tincan /usr/local/bin/tincan
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
# The secret is kept here, so that people keep their places when the server starts again.
VOLUME /data
ENV TINCAN_LISTEN=0.0.0.0:3000 TINCAN_METRICS_LISTEN=0.0.0.0:9464 TINCAN_SECRET_DIR=/data
EXPOSE 3000 9464
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
    CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9464/healthz"]
ENTRYPOINT ["tincan"]
